// THE list of what can be trained.
#pragma once

#include <string_view>
#include <vector>

#include "domain/model/regressor.hpp"

namespace valion::model {

[[nodiscard]] const std::vector<Regressor>& regressors();
[[nodiscard]] const Regressor* find_regressor(std::string_view name);  // null when there is none of that name

}  // namespace valion::model
