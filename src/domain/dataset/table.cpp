#include "domain/dataset/table.hpp"

#include <algorithm>
#include <cmath>

namespace valion::dataset {
namespace {

template <class T>
std::vector<T> pick(const std::vector<T>& values, const std::vector<std::size_t>& rows) {
  std::vector<T> picked;
  picked.reserve(rows.size());
  for (const std::size_t row : rows) picked.push_back(values[row]);
  return picked;
}

struct Size {
  std::size_t operator()(const NumberValues& values) const { return values.size(); }
  std::size_t operator()(const TextValues& values) const { return values.codes.size(); }
  std::size_t operator()(const DateValues& values) const { return values.days.size(); }
};

struct Missing {
  std::size_t row;
  bool operator()(const NumberValues& values) const { return std::isnan(values[row]); }
  bool operator()(const TextValues& values) const { return values.codes[row] == kMissingCode; }
  bool operator()(const DateValues& values) const { return values.days[row] == kMissingDate; }
};

struct ToCell {
  std::size_t row;
  Cell operator()(const NumberValues& values) const { return values[row]; }
  Cell operator()(const TextValues& values) const { return values.levels[static_cast<std::size_t>(values.codes[row])]; }
  Cell operator()(const DateValues& values) const { return Date(values.days[row]).text(); }
};

struct Select {
  const std::vector<std::size_t>& rows;
  using Values = decltype(Column::values);
  Values operator()(const NumberValues& values) const { return pick(values, rows); }
  Values operator()(const TextValues& values) const { return TextValues{pick(values.codes, rows), values.levels}; }
  Values operator()(const DateValues& values) const { return DateValues{pick(values.days, rows)}; }
};

}  // namespace

std::size_t Column::size() const noexcept { return std::visit(Size{}, values); }

bool Column::missing(std::size_t row) const noexcept { return std::visit(Missing{row}, values); }

Cell Column::cell(std::size_t row) const {
  if (missing(row)) return std::monostate{};
  return std::visit(ToCell{row}, values);
}

const Column* Table::find(std::string_view name) const noexcept {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

Table Table::select(const std::vector<std::size_t>& rows) const {
  Table selected;
  selected.columns.reserve(columns.size());
  for (const Column& column : columns) {
    selected.columns.push_back(Column{column.name, column.unit, std::visit(Select{rows}, column.values)});
  }
  selected.row_numbers = pick(row_numbers, rows);
  return selected;
}

}  // namespace valion::dataset
