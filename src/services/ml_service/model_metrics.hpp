// How good the latest models are, on sales they have not seen, as metrics: model_mdape_ratio, model_ppe10_ratio, model_cod_ratio,
// model_coverage80_ratio, model_test_sales, model_created_timestamp_seconds, each with `model` (the first 12 digits of its hash)
// and `champion`. At most kModelsShown models, of all tenants: newer ones push out older ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "platform/metrics/metrics.hpp"

namespace valion::ml {

inline constexpr int kModelsShown = 8;

// `records`: JSON of contracts::ModelRecord, newest first; one that cannot be read is left out.
void show_models(metrics::Registry& registry, const std::vector<std::string>& records);

}  // namespace valion::ml
