// What came out of a study, for people: the accuracy table and the value.
#pragma once

#include <string>

#include "contracts/ml.hpp"

namespace valion::app {

// One row per candidate, then the benchmark's, all on the untrimmed test period.
[[nodiscard]] std::string accuracy_table(const contracts::ModelRecord& model);
[[nodiscard]] std::string value_text(const contracts::Valuation& valuation);

}  // namespace valion::app
