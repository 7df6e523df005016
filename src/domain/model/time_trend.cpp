#include "domain/model/time_trend.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "domain/model/least_squares.hpp"

namespace valion::model {
namespace {

constexpr double kOutlierDeviations = 2.5;
constexpr double kNormalConsistency = 1.4826;  // median |residual| of a normal sample × this = its standard deviation

Matrix design_of(const std::vector<std::vector<double>>& attributes, const std::vector<double>& years, double reference,
                 const std::vector<std::size_t>& rows) {
  Matrix x(rows.size(), attributes.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < attributes.size(); ++j) x.row(i)[j] = attributes[j][rows[i]];
    x.row(i)[attributes.size()] = years[rows[i]] - reference;
  }
  return x;
}

std::vector<double> pick(const std::vector<double>& values, const std::vector<std::size_t>& rows) {
  std::vector<double> picked;
  for (const auto row : rows) picked.push_back(values[row]);
  return picked;
}

std::vector<std::size_t> without_outliers(const Matrix& x, const std::vector<double>& target,
                                          const LeastSquaresFit& fit) {
  std::vector<double> size(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    size[i] = std::abs(target[i] - fit.intercept -
                       std::inner_product(fit.coefficients.begin(), fit.coefficients.end(), x.row(i), 0.0));
  }
  std::vector<double> sorted = size;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (size[i] <= kOutlierDeviations * kNormalConsistency * *middle) kept.push_back(i);
  }
  return kept;
}

}  // namespace

TimeTrend estimate_trend(const std::vector<std::vector<double>>& attributes, const std::vector<double>& years,
                         const std::vector<double>& log_price) {
  TimeTrend trend;
  if (years.empty()) return trend;
  trend.reference_year = std::accumulate(years.begin(), years.end(), 0.0) / static_cast<double>(years.size());
  std::vector<std::size_t> rows(years.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  const Matrix all = design_of(attributes, years, trend.reference_year, rows);
  auto fit = fit_least_squares(all, log_price);
  if (!fit) return trend;
  const auto kept = without_outliers(all, log_price, *fit);
  // Too few rows left to say anything better than the first fit did.
  if (kept.size() > 2 * (attributes.size() + 2)) {
    auto again = fit_least_squares(design_of(attributes, years, trend.reference_year, kept), pick(log_price, kept));
    if (again) fit = std::move(again);
  }
  if (!fit->estimable.back()) return trend;
  trend.per_year = fit->coefficients.back();
  trend.standard_error = fit->standard_errors.back();
  return trend;
}

}  // namespace valion::model
