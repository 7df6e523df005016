#include "domain/model/least_squares.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "domain/stats/ols.hpp"

namespace valion::model {
namespace {

constexpr double kOwnShare = 1e-8;

// Modified Gram-Schmidt, each column orthogonalised twice against those kept.
std::vector<bool> independent_columns(stats::Matrix columns) {
  std::vector<bool> independent(static_cast<std::size_t>(columns.cols()), false);
  std::vector<Eigen::Index> kept;
  for (Eigen::Index j = 0; j < columns.cols(); ++j) {
    auto column = columns.col(j);
    const double size = column.norm();
    column.array() -= column.mean();
    const double length = column.norm();
    if (!(length > 1e-12 * size) || length == 0) continue;
    for (int pass = 0; pass < 2; ++pass) {
      for (const auto k : kept) column -= columns.col(k) * columns.col(k).dot(column);
    }
    const double own = column.norm();
    if (!(own > kOwnShare * length)) continue;
    column /= own;
    kept.push_back(j);
    independent[static_cast<std::size_t>(j)] = true;
  }
  return independent;
}

}  // namespace

Result<LeastSquaresFit> fit_least_squares(const Matrix& x, const std::vector<double>& target) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(x.rows), columns = static_cast<Eigen::Index>(x.columns);
  const stats::Matrix design = Eigen::Map<const RowMajor>(x.values.data(), rows, columns);
  LeastSquaresFit result;
  result.estimable = independent_columns(design);
  stats::Matrix kept(rows, std::count(result.estimable.begin(), result.estimable.end(), true));
  for (Eigen::Index j = 0, to = 0; j < columns; ++j) {
    if (result.estimable[static_cast<std::size_t>(j)]) kept.col(to++) = design.col(j);
  }
  VALION_TRY_ASSIGN(const stats::OlsFit fit,
                    stats::fit_ols(kept, Eigen::Map<const stats::Vector>(target.data(), rows)));
  result.degrees_of_freedom = fit.degrees_of_freedom;
  result.intercept = fit.coefficients(0);
  result.standard_errors.push_back(fit.standard_errors(0));
  Eigen::Index from = 1;
  for (const bool estimable : result.estimable) {
    result.coefficients.push_back(estimable ? fit.coefficients(from) : 0);
    result.standard_errors.push_back(estimable ? fit.standard_errors(from) : std::numeric_limits<double>::quiet_NaN());
    if (estimable) ++from;
  }
  return result;
}

}  // namespace valion::model
