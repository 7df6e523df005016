#include "domain/stats/ols.hpp"

#include <Eigen/QR>

#include <cassert>
#include <cmath>
#include <limits>

#include "domain/stats/distributions.hpp"

namespace valion::stats {
namespace {

constexpr double kDependentBelow = 1e-9;  // share of a column's length that its fellows do not explain
constexpr double kConstantBelow = 1e-13;  // spread relative to size: no more than rounding

using Decomposition = Eigen::ColPivHouseholderQR<Matrix>;

// Columns with mean 0 and length 1: the conditioning of the problem itself, not that of its units.
struct Standardised {
  Matrix columns;
  Vector means, lengths;
  double mean_y = 0;
};

std::string name_of_column(const std::vector<std::string>& names, Eigen::Index column) {
  const auto index = static_cast<std::size_t>(column);
  return index < names.size() ? "`" + names[index] + "`" : "column " + std::to_string(index + 1);
}

Result<void> check_input(const Matrix& x, const Vector& y, const std::vector<std::string>& names) {
  assert(x.rows() == y.size());
  if (y.size() < x.cols() + 2) {
    return fail(ErrorKind::invalid, "least squares with " + std::to_string(x.cols()) + " regressors needs at least " +
                                        std::to_string(x.cols() + 2) + " rows; there are " + std::to_string(y.size()));
  }
  if (!y.allFinite()) return fail(ErrorKind::invalid, "the target of the regression has missing or infinite values");
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    if (!x.col(j).allFinite()) {
      return fail(ErrorKind::invalid,
                  name_of_column(names, j) + " has missing or infinite values: impute or drop them first");
    }
  }
  return {};
}

Result<Standardised> standardise(const Matrix& x, const Vector& y, const std::vector<std::string>& names) {
  Standardised result{Matrix(x.rows(), x.cols()), Vector(x.cols()), Vector(x.cols()), y.mean()};
  std::string constant;
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    result.means[j] = x.col(j).mean();
    auto column = result.columns.col(j);
    column = x.col(j).array() - result.means[j];
    result.lengths[j] = column.stableNorm();
    if (!(result.lengths[j] > kConstantBelow * x.col(j).stableNorm())) {
      constant += (constant.empty() ? "" : ", ") + name_of_column(names, j);
      continue;
    }
    column /= result.lengths[j];
  }
  if (!constant.empty())
    return fail(ErrorKind::invalid, "constant in all rows, so without an effect to estimate: " + constant);
  const double spread = (y.array() - result.mean_y).matrix().stableNorm();
  if (!(spread > kConstantBelow * y.stableNorm()))
    return fail(ErrorKind::invalid, "the target of the regression is constant");
  return result;
}

// «`c` depends on `a`, `b`» for every column beyond the rank.
std::string describe_dependencies(const Decomposition& qr, Eigen::Index rank, const std::vector<std::string>& names) {
  const auto& order = qr.colsPermutation().indices();
  const Eigen::Index columns = qr.cols();
  const Matrix weights = qr.matrixR()
                             .topLeftCorner(rank, rank)
                             .template triangularView<Eigen::Upper>()
                             .solve(qr.matrixR().topRightCorner(rank, columns - rank));
  std::string text;
  for (Eigen::Index j = rank; j < columns; ++j) {
    text += (text.empty() ? "" : "; ") + name_of_column(names, order[j]) + " is a linear combination of";
    std::string others;
    for (Eigen::Index i = 0; i < rank; ++i) {
      if (std::abs(weights(i, j - rank)) > 1e-6)
        others += (others.empty() ? " " : ", ") + name_of_column(names, order[i]);
    }
    text += others.empty() ? " a constant" : others;
  }
  return text;
}

Result<void> check_rank(const Decomposition& qr, const std::vector<std::string>& names) {
  Eigen::Index rank = 0;
  while (rank < qr.cols() && std::abs(qr.matrixR()(rank, rank)) > kDependentBelow) ++rank;
  if (rank == qr.cols()) return {};
  return fail(ErrorKind::invalid, "the regressors are linearly dependent: " + describe_dependencies(qr, rank, names) +
                                      ". Leave one of them out.");
}

// y - mean - columns * beta, accumulated in extended precision.
Vector precise_residuals(const Standardised& data, const Vector& y, const Vector& beta) {
  Vector residuals(y.size());
  for (Eigen::Index i = 0; i < y.size(); ++i) {
    long double rest = static_cast<long double>(y[i]) - static_cast<long double>(data.mean_y);
    for (Eigen::Index j = 0; j < beta.size(); ++j) {
      rest -= static_cast<long double>(data.columns(i, j)) * static_cast<long double>(beta[j]);
    }
    residuals[i] = static_cast<double>(rest);
  }
  return residuals;
}

// Inverse of the cross product of the standardised columns, in their original order.
Matrix inverse_cross_product(const Decomposition& qr) {
  const Eigen::Index k = qr.cols();
  const Matrix inverse_r =
      qr.matrixR().topLeftCorner(k, k).template triangularView<Eigen::Upper>().solve(Matrix::Identity(k, k));
  return qr.colsPermutation() * (inverse_r * inverse_r.transpose()) * qr.colsPermutation().transpose();
}

// Coefficients and their covariance on the scale of the data, the intercept put back.
void fill_coefficients(OlsFit& fit, const Standardised& data, const Vector& beta, const Matrix& inverse) {
  const Eigen::Index k = beta.size();
  const Vector slopes = beta.cwiseQuotient(data.lengths);
  long double intercept = data.mean_y;
  for (Eigen::Index j = 0; j < k; ++j) {
    intercept -= static_cast<long double>(slopes[j]) * static_cast<long double>(data.means[j]);
  }
  fit.coefficients.resize(k + 1);
  fit.coefficients << static_cast<double>(intercept), slopes;

  const double variance = fit.sigma * fit.sigma;
  const Vector inverse_lengths = data.lengths.cwiseInverse();
  const Matrix slopes_covariance = variance * (inverse_lengths.asDiagonal() * inverse * inverse_lengths.asDiagonal());
  const Vector with_intercept = slopes_covariance * data.means;
  fit.covariance.resize(k + 1, k + 1);
  fit.covariance.bottomRightCorner(k, k) = slopes_covariance;
  fit.covariance.bottomLeftCorner(k, 1) = -with_intercept;
  fit.covariance.topRightCorner(1, k) = -with_intercept.transpose();
  fit.covariance(0, 0) = variance / static_cast<double>(fit.observations) + data.means.dot(with_intercept);
}

void fill_tests(OlsFit& fit, const Vector& y, double mean_y) {
  fit.standard_errors = fit.covariance.diagonal().cwiseSqrt();
  fit.t = fit.coefficients.cwiseQuotient(fit.standard_errors);
  fit.p = fit.t.unaryExpr([&](double t) { return student_t_two_tails(t, fit.degrees_of_freedom); });
  const double total = (y.array() - mean_y).square().sum();
  const double unexplained = fit.residuals.squaredNorm();
  const double k = static_cast<double>(fit.regressors);
  const double n = static_cast<double>(fit.observations);
  fit.r2 = 1 - unexplained / total;
  fit.adjusted_r2 = 1 - (1 - fit.r2) * (n - 1) / fit.degrees_of_freedom;
  fit.f = fit.f_p = std::numeric_limits<double>::quiet_NaN();
  if (fit.regressors == 0) return;
  fit.f = (total - unexplained) / k / (unexplained / fit.degrees_of_freedom);
  fit.f_p = f_upper_tail(fit.f, k, fit.degrees_of_freedom);
}

// Variance of the estimate at `row`, on the scale of y.
double variance_at(const OlsFit& fit, const Vector& row) {
  Vector with_one(row.size() + 1);
  with_one << 1, row;
  return with_one.dot(fit.covariance * with_one);
}

OlsBand band(const OlsFit& fit, const Vector& row, double level, double variance) {
  const double reach = student_t_quantile(0.5 + level / 2, fit.degrees_of_freedom) * std::sqrt(variance);
  const double estimate = predict(fit, row);
  return {estimate, estimate - reach, estimate + reach};
}

}  // namespace

Result<OlsFit> fit_ols(const Matrix& x, const Vector& y, const std::vector<std::string>& names) {
  VALION_TRY(check_input(x, y, names));
  VALION_TRY_ASSIGN(const Standardised data, standardise(x, y, names));

  OlsFit fit;
  fit.observations = static_cast<std::size_t>(x.rows());
  fit.regressors = static_cast<std::size_t>(x.cols());
  fit.degrees_of_freedom = static_cast<double>(x.rows() - x.cols() - 1);
  fit.leverage = Vector::Constant(x.rows(), 1.0 / static_cast<double>(x.rows()));
  Vector beta = Vector::Zero(x.cols());
  Matrix inverse(x.cols(), x.cols());
  fit.residuals = precise_residuals(data, y, beta);
  if (x.cols() > 0) {
    const Decomposition qr(data.columns);
    VALION_TRY(check_rank(qr, names));
    for (int step = 0; step < 2; ++step) {  // the solution, then its refinement
      beta += qr.solve(fit.residuals);
      fit.residuals = precise_residuals(data, y, beta);
    }
    inverse = inverse_cross_product(qr);
    const Matrix q = qr.householderQ() * Matrix::Identity(x.rows(), x.cols());
    fit.leverage += q.rowwise().squaredNorm();
  }
  fit.fitted = y - fit.residuals;
  fit.sigma = std::sqrt(fit.residuals.squaredNorm() / fit.degrees_of_freedom);
  fill_coefficients(fit, data, beta, inverse);
  fill_tests(fit, y, data.mean_y);
  return fit;
}

double predict(const OlsFit& fit, const Vector& row) {
  assert(static_cast<std::size_t>(row.size()) == fit.regressors);
  return fit.coefficients[0] + fit.coefficients.tail(row.size()).dot(row);
}

OlsBand interval_of_mean(const OlsFit& fit, const Vector& row, double level) {
  return band(fit, row, level, variance_at(fit, row));
}

OlsBand prediction_interval(const OlsFit& fit, const Vector& row, double level) {
  return band(fit, row, level, variance_at(fit, row) + fit.sigma * fit.sigma);
}

}  // namespace valion::stats
