// Ordinary least squares that leaves out what it cannot tell apart, so that every fold of every data set can be fitted.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.hpp"
#include "domain/model/matrix.hpp"

namespace valion::model {

struct LeastSquaresFit {
  double intercept = 0;
  std::vector<double> coefficients;     // one per column; 0 for a column left out
  std::vector<double> standard_errors;  // the intercept's first, then one per column; NaN for a column left out
  std::vector<bool> estimable;          // one per column: false for a column left out
  double degrees_of_freedom = 0;
};

// stats::fit_ols on the columns that are neither constant nor a linear combination of those before them (less than 1e-8 of
// their centred length is their own). Requires target.size() == x.rows and no missing value. Errors: invalid when there are
// too few rows, or the target is constant. Cost O(rows · columns²).
[[nodiscard]] Result<LeastSquaresFit> fit_least_squares(const Matrix& x, const std::vector<double>& target);

}  // namespace valion::model
