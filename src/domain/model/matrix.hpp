// A dense table of numbers, row by row: what regressors are fitted on.
#pragma once

#include <cstddef>
#include <vector>

namespace valion::model {

struct Matrix {
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<double> values;  // row-major; NaN: missing (only trees accept it)

  Matrix() = default;
  Matrix(std::size_t row_count, std::size_t column_count)
      : rows(row_count), columns(column_count), values(row_count * column_count) {}
  [[nodiscard]] double* row(std::size_t index) noexcept { return values.data() + index * columns; }
  [[nodiscard]] const double* row(std::size_t index) const noexcept { return values.data() + index * columns; }
};

}  // namespace valion::model
