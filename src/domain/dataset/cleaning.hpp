// Cleaning of market data: rules in the user's order, and a log of every row that each rule touched.
//
// Every rule is row-local and price-free: what it does to a row depends on that row alone (drop_duplicates also on equal
// rows), and no column is made from the target. So a cleaned table may be split into training and test rows afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cell.hpp"
#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::dataset {

// Which members a rule needs; it may have no others but `reason`:
//   unknown_if      column, and at least one of values, below, above   cells that match become missing
//   drop_rows_if    the same; null among the values: missing           rows that match leave the table
//   drop_duplicates columns (empty: all)                               all but the first of equal rows leave the table
//   date_from_parts year, month[, day], into    a date column; without `day` the 15th; missing when the parts make no date
//   age_at          column, date, into          the date's calendar year less the year in `column`, at least 0
//   drop_columns    columns
// A cell matches when it equals one of `values`, or is below `below`, or is above `above` (both strict, number columns).
struct CleaningRule {
  std::string rule;
  std::optional<std::string> column;
  std::vector<Cell> values;
  std::optional<double> below, above;
  std::vector<std::string> columns;
  std::optional<std::string> year, month, day, date, into;
  std::optional<std::string> reason;
};

// What one rule did. Touched are the rows that a rule changed or left out; for a rule that makes a column, the rows where
// the plain value could not stand (parts that make no date, a sale before the year of building).
struct CleaningStep {
  std::string rule;
  std::string description;  // «depth = 0 means not known», and the reason
  std::string column;
  std::int64_t rows_touched = 0;
  std::vector<std::int64_t> rows;          // their numbers in the imported file, the first kRowsLogged
  std::vector<std::string> before, after;  // of the first kValuesLogged
  std::int64_t rows_left = 0;
};
inline constexpr std::size_t kRowsLogged = 1000;
inline constexpr std::size_t kValuesLogged = 10;

struct Cleaned {
  Table table;
  std::vector<CleaningStep> steps;  // one a rule, in order
};

// Every rule that cannot be applied (unknown rule, column that is not there at that point, wrong type, needless member) is
// a violation with its pointer, /rules/2/column: all of them at once, before anything is done. `target` (may be empty)
// may neither be dropped nor make a column. invalid also when a rule leaves no rows. O(rows × rules).
[[nodiscard]] Result<Cleaned> clean(Table table, const std::vector<CleaningRule>& rules, std::string_view target = {});

}  // namespace valion::dataset
