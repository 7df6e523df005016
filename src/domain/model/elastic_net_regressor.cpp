// Elastic net with equal parts of lasso and ridge; the penalty with the least five-fold cross-validated error.
#include <cstdio>
#include <utility>

#include "domain/model/regressor.hpp"
#include "domain/stats/elastic_net.hpp"
#include "domain/stats/random.hpp"

namespace valion::model {
namespace {

constexpr double kMixing = 0.5;
constexpr std::size_t kFolds = 5;

std::string describe(double lambda, const LinearModel& model) {
  std::size_t used = 0;
  for (const double coefficient : model.coefficients) used += coefficient != 0 ? 1 : 0;
  char text[128];
  std::snprintf(text, sizeof text, "mixing %.1f, lambda %.3g by %zu folds, %zu of %zu terms", kMixing, lambda, kFolds,
                used, model.coefficients.size());
  return text;
}

}  // namespace

Result<Fit> fit_elastic_net(const Matrix& x, const std::vector<double>& target, const FitOptions& options) {
  if (options.cancelled && options.cancelled()) return fail(ErrorKind::cancelled, "training was cancelled");
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const auto rows = static_cast<Eigen::Index>(x.rows), columns = static_cast<Eigen::Index>(x.columns);
  const stats::Matrix design = Eigen::Map<const RowMajor>(x.values.data(), rows, columns);
  const stats::Vector response = Eigen::Map<const stats::Vector>(target.data(), rows);
  stats::ElasticNetOptions net;
  net.alpha = kMixing;
  net.tolerance = 1e-7;
  const auto folds = stats::assign_folds(x.rows, kFolds, options.seed);
  VALION_TRY_ASSIGN(const auto choice, stats::cross_validate_elastic_net(design, response, folds, net));

  LinearModel model;
  const auto best = static_cast<Eigen::Index>(choice.minimum);
  model.intercept = choice.path.intercepts(best);
  for (Eigen::Index j = 0; j < columns; ++j) {
    model.coefficients.push_back(choice.path.coefficients(j, best));
    model.means.push_back(design.col(j).mean());
  }
  std::string notes = describe(choice.path.lambdas[choice.minimum], model);
  return Fit{std::move(model), std::move(notes)};
}

}  // namespace valion::model
