// From the domain's values to the API's.
#pragma once

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "contracts/ml.hpp"
#include "domain/model/training.hpp"
#include "domain/model/valuation.hpp"
#include "services/ml_service/model_codec.hpp"

namespace valion::ml {

// `seconds`: of each candidate. `created_at` and `total_seconds` are about this training, not about the model.
[[nodiscard]] contracts::ModelRecord to_record(const Hash& hash, const StoredModel& stored,
                                               const std::vector<double>& seconds, double total_seconds,
                                               std::string created_at);

[[nodiscard]] contracts::EvaluationRows to_evaluation_rows(const Hash& hash, const model::TestRows& rows);

// Without hash and time: the content that the valuation's hash is taken of.
[[nodiscard]] contracts::Valuation to_valuation(const Hash& model, const StoredModel& stored,
                                                const contracts::ValuationRequest& request,
                                                const model::PropertyValue& value);

}  // namespace valion::ml
