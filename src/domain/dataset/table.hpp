// A typed table of market data, column by column: the one shape in which rows travel through the domain.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"

namespace valion::dataset {

enum class ColumnType { number, text, date };

// Numbers: missing is NaN; infinities never occur. Dates: days since 1970-01-01, missing is kMissingDate.
// Text is dictionary-encoded: code into `levels` (first appearance first), missing is kMissingCode.
using NumberValues = std::vector<double>;
struct TextValues {
  std::vector<std::int32_t> codes;
  std::vector<std::string> levels;
};
struct DateValues {
  std::vector<std::int32_t> days;
};
inline constexpr std::int32_t kMissingCode = -1;
inline constexpr std::int32_t kMissingDate = std::numeric_limits<std::int32_t>::min();

struct Column {
  std::string name;
  std::string unit;  // as declared, or empty
  std::variant<NumberValues, TextValues, DateValues> values;

  [[nodiscard]] ColumnType type() const noexcept { return static_cast<ColumnType>(values.index()); }
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool missing(std::size_t row) const noexcept;
  [[nodiscard]] Cell cell(std::size_t row) const;  // dates as text
  [[nodiscard]] const NumberValues& numbers() const { return std::get<NumberValues>(values); }
  [[nodiscard]] const TextValues& texts() const { return std::get<TextValues>(values); }
  [[nodiscard]] const DateValues& dates() const { return std::get<DateValues>(values); }
};

// Invariant: all columns have the same size, names are unique and not empty, row_numbers has that size.
struct Table {
  std::vector<Column> columns;
  // 1-based position of each row in the file it came from: survives cleaning, so that a finding can always be traced.
  std::vector<std::int64_t> row_numbers;

  [[nodiscard]] std::size_t rows() const noexcept { return row_numbers.size(); }
  [[nodiscard]] const Column* find(std::string_view name) const noexcept;  // null when absent
  [[nodiscard]] Table select(const std::vector<std::size_t>& rows) const;  // text levels are kept as they are
};

}  // namespace valion::dataset
