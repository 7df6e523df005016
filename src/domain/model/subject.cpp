#include "domain/model/subject.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

namespace valion::model {
namespace {

using dataset::ColumnType;

// RFC 6901: `~` and `/` inside a name.
std::string pointer_to(const std::string& column) {
  std::string pointer = "/subject/";
  for (const char c : column) {
    if (c == '~')
      pointer += "~0";
    else if (c == '/')
      pointer += "~1";
    else
      pointer += c;
  }
  return pointer;
}

dataset::Column missing_cell(const ColumnKind& kind) {
  dataset::Column column{kind.name, kind.unit, {}};
  if (kind.type == ColumnType::number) column.values = dataset::NumberValues{std::numeric_limits<double>::quiet_NaN()};
  if (kind.type == ColumnType::text) column.values = dataset::TextValues{{dataset::kMissingCode}, {}};
  if (kind.type == ColumnType::date) column.values = dataset::DateValues{{dataset::kMissingDate}};
  return column;
}

// What is wrong with the value, or nothing.
std::optional<std::string> set_cell(dataset::Column& column, const Cell& cell) {
  if (std::holds_alternative<std::monostate>(cell)) return std::nullopt;
  if (auto* numbers = std::get_if<dataset::NumberValues>(&column.values)) {
    if (const auto* truth = std::get_if<bool>(&cell)) {
      numbers->front() = *truth ? 1 : 0;
      return std::nullopt;
    }
    const auto* value = std::get_if<double>(&cell);
    if (value == nullptr) return "must be a number";
    if (!std::isfinite(*value)) return "must be a finite number";
    numbers->front() = *value;
    return std::nullopt;
  }
  const auto* text = std::get_if<std::string>(&cell);
  if (auto* texts = std::get_if<dataset::TextValues>(&column.values)) {
    if (text == nullptr) return "must be text";
    *texts = {{0}, {*text}};
    return std::nullopt;
  }
  const auto date = text == nullptr ? std::nullopt : Date::parse(*text);
  if (!date) return "must be a date, yyyy-mm-dd";
  std::get<dataset::DateValues>(column.values).days.front() = date->days();
  return std::nullopt;
}

}  // namespace

Result<dataset::Table> subject_table(const Attributes& subject, const Schema& schema, const std::string& date_column,
                                     Date reference_date) {
  Error error = make_error(ErrorKind::invalid, "the subject property does not fit the model's data");
  dataset::Table table;
  table.row_numbers = {0};
  for (const auto& kind : schema) {
    auto column = missing_cell(kind);
    if (const auto found = subject.find(kind.name); found != subject.end()) {
      if (auto wrong = set_cell(column, found->second)) error.add({pointer_to(kind.name), *wrong, -1, kind.name, {}});
    }
    if (kind.name == date_column) column.values = dataset::DateValues{{reference_date.days()}};
    table.columns.push_back(std::move(column));
  }
  for (const auto& [name, cell] : subject) {
    const bool known =
        std::any_of(schema.begin(), schema.end(), [&](const ColumnKind& kind) { return kind.name == name; });
    if (!known) error.add({pointer_to(name), "the model's data set has no such column", -1, name, {}});
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return table;
}

}  // namespace valion::model
