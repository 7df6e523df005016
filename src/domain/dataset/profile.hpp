// What a table looks like, column by column, and what a valuer should look at twice.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "domain/dataset/table.hpp"

namespace valion::dataset {

struct ValueCount {
  std::string value;
  std::int64_t count = 0;
};

struct ColumnProfile {
  std::string name;
  ColumnType type = ColumnType::number;
  std::int64_t missing = 0;
  std::int64_t distinct = 0;  // of the values that are there
  // Numbers only, of the values that are there. Quantiles: Hyndman and Fan (1996), definition 7 (linear interpolation, as
  // R and NumPy do by default). Standard deviation: divisor n - 1, absent for fewer than two values.
  std::optional<double> minimum, q05, q25, median, q75, q95, maximum, mean, standard_deviation;
  std::optional<std::string> earliest, latest;  // dates
  std::vector<ValueCount> top;                  // text: the ten most frequent, ties in alphabetical order
  std::vector<std::string> alerts;              // «16 % are zero», «constant», …
};

struct Profile {
  std::int64_t rows = 0;
  std::int64_t duplicate_rows = 0;  // rows equal to an earlier one in every column
  std::vector<ColumnProfile> columns;
};

// O(rows × columns × log rows).
[[nodiscard]] Profile profile(const Table& table);

}  // namespace valion::dataset
