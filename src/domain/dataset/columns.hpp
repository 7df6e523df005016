// Small operations on columns that several parts of the platform share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::dataset {

[[nodiscard]] std::string_view name_of(ColumnType type) noexcept;  // number, text, date

[[nodiscard]] std::int64_t count_missing(const Column& column) noexcept;
// Shortest text that reads back as the same number: `0.1`, `1e+21`, `-0` as `0`.
[[nodiscard]] std::string number_text(double value);
// For people: the value as text, `not known` when missing.
[[nodiscard]] std::string value_text(const Column& column, std::size_t row);

// Appends `column`. invalid when the name is empty or taken, or the size is not the table's.
[[nodiscard]] Result<void> add_column(Table& table, Column column);
// Does nothing when there is none of that name.
void remove_column(Table& table, std::string_view name);

// A text column being built row by row: each text gets the code of its first appearance.
class TextBuilder {
 public:
  TextBuilder();
  ~TextBuilder();
  TextBuilder(TextBuilder&&) noexcept;
  TextBuilder& operator=(TextBuilder&&) noexcept;

  void reserve(std::size_t rows);
  void add(std::string_view text);
  void add_missing();
  [[nodiscard]] TextValues finish() &&;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Rows in groups of equal values (missing equals missing, 0 equals -0): for each row the index of the first row with the
// same values in `columns`, itself when it is the first. O(rows × columns).
[[nodiscard]] std::vector<std::size_t> first_equal_row(const std::vector<const Column*>& columns, std::size_t rows);

}  // namespace valion::dataset
