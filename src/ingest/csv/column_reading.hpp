// How each column of a CSV file is to be read, decided from every value in it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/csv/csv.hpp"
#include "ingest/csv/value.hpp"

namespace valion::csv {

// How many values of each kind a column has, and the row of the first that is neither number nor missing.
struct ColumnSurvey {
  std::array<std::int64_t, kValueKinds> count{};
  std::int64_t first_text_row = -1;

  [[nodiscard]] std::int64_t of(ValueKind kind) const { return count[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::int64_t present() const;  // not missing
  [[nodiscard]] std::int64_t numbers() const;  // that are numbers in some notation, NaN and infinities among them
  [[nodiscard]] std::int64_t dates() const;
};

struct ColumnReading {
  std::string name;
  std::string unit;
  dataset::ColumnType type = dataset::ColumnType::text;
  bool comma = false;        // numbers have a decimal comma
  bool month_first = false;  // dates that are not ISO
  bool iso = false;          // dates are ISO
  bool undecided = false;    // notation or order cannot be told: each value that could be either is a violation
  bool required = false;
};

// The declarations that belong to the header's names: violations for a target or a declared column that is not in the file,
// a type that does not exist, a column declared twice, a target declared as something else than a number.
[[nodiscard]] std::vector<CsvColumn> declarations_for(const std::vector<std::string>& names, const CsvOptions& options,
                                                      Error& error);

// One reading a column. `declared` as declarations_for() made them.
[[nodiscard]] std::vector<ColumnReading> decide(const std::vector<CsvColumn>& declared,
                                                const std::vector<ColumnSurvey>& surveys, char delimiter,
                                                std::vector<CsvNote>& notes);

// Whether a value fits the column; empty when it does, else what is wrong with it.
[[nodiscard]] std::string_view misfit(const ColumnReading& reading, ValueKind kind) noexcept;

}  // namespace valion::csv
