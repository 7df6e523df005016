// Whether cleaning rules fit a table, decided from its columns alone: names and types, followed rule by rule.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/cleaning.hpp"

namespace valion::dataset {

// invalid with every violation, or success: then clean() may rely on every column that a rule names.
[[nodiscard]] Result<void> check_rules(const Table& table, const std::vector<CleaningRule>& rules,
                                       std::string_view target);

}  // namespace valion::dataset
