// One value of a table or of a subject property: missing, number, text or truth value.
#pragma once

#include <map>
#include <string>
#include <variant>

namespace valion {

using Cell = std::variant<std::monostate, double, std::string, bool>;

// A property as people describe it: characteristic > value. Dates are text, `yyyy-mm-dd`.
using Attributes = std::map<std::string, Cell>;

}  // namespace valion
