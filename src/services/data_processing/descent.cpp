#include "services/data_processing/descent.hpp"

#include <string>
#include <utility>

#include "domain/dataset/columns.hpp"

namespace valion::data {
namespace {

bool same_value(const dataset::Column& a, const dataset::Column& b, std::size_t row) {
  if (a.missing(row) || b.missing(row)) return a.missing(row) && b.missing(row);
  if (a.type() == dataset::ColumnType::number) return a.numbers()[row] == b.numbers()[row];
  if (a.type() == dataset::ColumnType::date) return a.dates().days[row] == b.dates().days[row];
  const auto& texts = a.texts();
  const auto& others = b.texts();
  return texts.levels[static_cast<std::size_t>(texts.codes[row])] ==
         others.levels[static_cast<std::size_t>(others.codes[row])];
}

Violation at_column(const dataset::Column& column, std::string message, std::int64_t row = -1) {
  Violation violation;
  violation.column = column.name;
  violation.message = std::move(message);
  violation.row = row;
  return violation;
}

}  // namespace

Result<void> check_descent(const dataset::Table& parent, const dataset::Table& child) {
  if (parent.row_numbers != child.row_numbers) {
    return fail(ErrorKind::invalid,
                "the table has other rows than its parent: __row must be the same, in the same order");
  }
  Error error = make_error(ErrorKind::invalid, "the table changes its parent's columns");
  for (const dataset::Column& column : parent.columns) {
    const dataset::Column* kept = child.find(column.name);
    if (kept == nullptr || kept->type() != column.type()) {
      error.add(at_column(column, kept == nullptr ? "is missing" : "has another type"));
      continue;
    }
    std::size_t row = 0;
    while (row < parent.rows() && same_value(column, *kept, row)) ++row;
    if (row < parent.rows())
      error.add(at_column(column, "has another value than in the parent", parent.row_numbers[row]));
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return {};
}

}  // namespace valion::data
