// Ordinary least squares with an intercept and classical inference.
//
//   VALION_TRY_ASSIGN(const OlsFit fit, fit_ols(x, log_price, names));
//   const OlsBand price = prediction_interval(fit, subject, 0.80);   // on the scale of y
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/stats/matrix.hpp"

namespace valion::stats {

// Vectors over coefficients have k + 1 elements, the intercept first; vectors over observations have n.
struct OlsFit {
  std::size_t observations = 0;                // n
  std::size_t regressors = 0;                  // k, without the intercept
  double degrees_of_freedom = 0;               // n - k - 1, at least 1
  Vector coefficients, standard_errors, t, p;  // p: both tails of Student's t
  Matrix covariance;                           // of the coefficients, (k + 1) x (k + 1)
  double sigma = 0;                            // residual standard deviation
  double r2 = 0, adjusted_r2 = 0;
  double f = 0, f_p = 0;               // Snedecor's F of the whole regression; NaN without regressors
  Vector fitted, residuals, leverage;  // leverage: diagonal of the hat matrix
};

// Column-pivoted Householder QR of the centred, scaled columns, then one step of iterative refinement with residuals in extended
// precision. Cost O(n k^2), memory one copy of x.
// Requires x.rows() == y.size(); `names` is empty or names each column. ErrorKind::invalid when: there are fewer than k + 2
// rows, a value is not finite, y is constant, a column is constant, or a column is a linear combination of others
// (what is left of it is under 1e-9 of its length); the message names the columns.
[[nodiscard]] Result<OlsFit> fit_ols(const Matrix& x, const Vector& y, const std::vector<std::string>& names = {});

struct OlsBand {
  double estimate = 0, lower = 0, upper = 0;
};

// For a new row (k values, without the intercept), on the scale of y. Requires 0 < level < 1.
[[nodiscard]] double predict(const OlsFit& fit, const Vector& row);
[[nodiscard]] OlsBand interval_of_mean(const OlsFit& fit, const Vector& row,
                                       double level);  // confidence interval of E[y]
[[nodiscard]] OlsBand prediction_interval(const OlsFit& fit, const Vector& row,
                                          double level);  // of one new observation

}  // namespace valion::stats
