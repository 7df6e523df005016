#include "domain/dataset/columns.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <deque>
#include <unordered_map>

namespace valion::dataset {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {  // splitmix64's finisher
  std::uint64_t z = hash + 0x9E3779B97F4A7C15u + value;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// Equal values have equal bits: one zero, one «missing».
std::uint64_t bits_of(const Column& column, std::size_t row) {
  switch (column.type()) {
    case ColumnType::number: {
      const double value = column.numbers()[row];
      return std::isnan(value) ? ~std::uint64_t{0} : std::bit_cast<std::uint64_t>(value + 0.0);
    }
    case ColumnType::text: return static_cast<std::uint32_t>(column.texts().codes[row]);
    case ColumnType::date: return static_cast<std::uint32_t>(column.dates().days[row]);
  }
  return 0;
}

bool equal_rows(const std::vector<const Column*>& columns, std::size_t a, std::size_t b) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const Column* column) { return bits_of(*column, a) == bits_of(*column, b); });
}

}  // namespace

std::string_view name_of(ColumnType type) noexcept {
  switch (type) {
    case ColumnType::number: return "number";
    case ColumnType::text: return "text";
    case ColumnType::date: return "date";
  }
  return "";
}

std::int64_t count_missing(const Column& column) noexcept {
  std::int64_t count = 0;
  for (std::size_t row = 0; row < column.size(); ++row) count += column.missing(row) ? 1 : 0;
  return count;
}

std::string number_text(double value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value + 0.0).ptr;
  return {buffer.data(), end};
}

std::string value_text(const Column& column, std::size_t row) {
  if (column.missing(row)) return "not known";
  if (column.type() == ColumnType::number) return number_text(column.numbers()[row]);
  return std::get<std::string>(column.cell(row));
}

Result<void> add_column(Table& table, Column column) {
  if (column.name.empty()) return fail(ErrorKind::invalid, "a column needs a name");
  if (table.find(column.name) != nullptr) {
    return fail(ErrorKind::invalid, "the table already has a column «" + column.name + "»; choose another name");
  }
  if (column.size() != table.rows()) {
    return fail(ErrorKind::invalid, "column «" + column.name + "» has " + std::to_string(column.size()) +
                                        " values, the table has " + std::to_string(table.rows()) + " rows");
  }
  table.columns.push_back(std::move(column));
  return {};
}

void remove_column(Table& table, std::string_view name) {
  std::erase_if(table.columns, [&](const Column& column) { return column.name == name; });
}

struct TextBuilder::State {
  std::vector<std::int32_t> codes;
  std::deque<std::string> levels;  // stable addresses: the keys of `code_of` point into it
  std::unordered_map<std::string_view, std::int32_t> code_of;
};

TextBuilder::TextBuilder() : state_(std::make_unique<State>()) {}
TextBuilder::~TextBuilder() = default;
TextBuilder::TextBuilder(TextBuilder&&) noexcept = default;
TextBuilder& TextBuilder::operator=(TextBuilder&&) noexcept = default;

void TextBuilder::reserve(std::size_t rows) { state_->codes.reserve(rows); }

void TextBuilder::add(std::string_view text) {
  auto found = state_->code_of.find(text);
  if (found == state_->code_of.end()) {
    const auto code = static_cast<std::int32_t>(state_->levels.size());
    found = state_->code_of.emplace(state_->levels.emplace_back(text), code).first;
  }
  state_->codes.push_back(found->second);
}

void TextBuilder::add_missing() { state_->codes.push_back(kMissingCode); }

TextValues TextBuilder::finish() && {
  TextValues values;
  values.codes = std::move(state_->codes);
  values.levels.assign(std::make_move_iterator(state_->levels.begin()), std::make_move_iterator(state_->levels.end()));
  return values;
}

std::vector<std::size_t> first_equal_row(const std::vector<const Column*>& columns, std::size_t rows) {
  std::vector<std::uint64_t> hashes(rows, 0);
  for (const Column* column : columns) {
    for (std::size_t row = 0; row < rows; ++row) hashes[row] = mix(hashes[row], bits_of(*column, row));
  }
  std::unordered_multimap<std::uint64_t, std::size_t> firsts;
  firsts.reserve(rows);
  std::vector<std::size_t> first(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto [begin, end] = firsts.equal_range(hashes[row]);
    const auto same =
        std::find_if(begin, end, [&](const auto& entry) { return equal_rows(columns, entry.second, row); });
    first[row] = same == end ? row : same->second;
    if (same == end) firsts.emplace(hashes[row], row);
  }
  return first;
}

}  // namespace valion::dataset
