// What one value of a CSV file can be read as.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/date.hpp"

namespace valion::csv {

// In this order they are the tags of fields.
enum class ValueKind : std::uint8_t {
  missing,
  non_finite,        // NaN, Inf, Infinity, with or without sign
  integer,           // digits only: the same in every notation
  code,              // digits that a number would spoil: 0041, sixteen and more
  decimal_point,     // a number only as 1,234.56
  decimal_comma,     // a number only as 1.234,56
  point_or_comma,    // 1.234 or 1,234: another number in either notation
  iso_date,          // 2015-02-28
  day_first,         // a date only as day, month, year
  month_first,       // a date only as month, day, year
  day_or_month,      // 03/04/2015
  day_equals_month,  // 04/04/2015
  text
};
inline constexpr std::size_t kValueKinds = 13;

[[nodiscard]] ValueKind kind_of(std::string_view value) noexcept;

// For values of kind integer, code, decimal_point, decimal_comma, point_or_comma; `comma`: the decimal sign is a comma.
// nullopt when the value is no number in that notation, or is beyond a double's range.
[[nodiscard]] std::optional<double> to_number(std::string_view value, bool comma) noexcept;
// For the date kinds. nullopt when the value is no date in that order.
[[nodiscard]] std::optional<Date> to_date(std::string_view value, bool month_first);

}  // namespace valion::csv
