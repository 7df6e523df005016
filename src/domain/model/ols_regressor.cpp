#include <utility>

#include "domain/model/least_squares.hpp"
#include "domain/model/regressor.hpp"

namespace valion::model {
namespace {

std::vector<double> column_means(const Matrix& x) {
  std::vector<double> means(x.columns);
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < x.columns; ++j) means[j] += x.row(i)[j];
  }
  for (auto& mean : means) mean /= static_cast<double>(x.rows);
  return means;
}

}  // namespace

Result<Fit> fit_ols(const Matrix& x, const std::vector<double>& target, const FitOptions& options) {
  if (options.cancelled && options.cancelled()) return fail(ErrorKind::cancelled, "training was cancelled");
  VALION_TRY_ASSIGN(auto solved, fit_least_squares(x, target));
  std::size_t dropped = 0;
  for (const bool estimable : solved.estimable) dropped += estimable ? 0 : 1;
  LinearModel model;
  model.intercept = solved.intercept;
  model.coefficients = std::move(solved.coefficients);
  model.means = column_means(x);
  model.standard_errors = std::move(solved.standard_errors);
  model.degrees_of_freedom = solved.degrees_of_freedom;
  std::string notes = std::to_string(x.columns - dropped) + " terms";
  if (dropped > 0) notes += ", " + std::to_string(dropped) + " left out as linear combinations of others";
  return Fit{std::move(model), std::move(notes)};
}

}  // namespace valion::model
