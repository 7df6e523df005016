#include "domain/stats/elastic_net.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>

namespace valion::stats {
namespace {

constexpr double kLeastAlphaForPath = 0.001;  // ridge alone has no lambda that removes every effect

// What coordinate descent needs of the data: cross products of standardised columns, y in units of its standard deviation.
struct Problem {
  Matrix gram;               // X'X/n; a constant column has zeros
  Vector correlation;        // X'y/n
  Vector means, deviations;  // of the columns; deviation 0: constant
  double mean_y = 0, deviation_y = 0;
};

// State of the descent at one lambda; carried on to the next one.
struct Descent {
  Vector beta;
  Vector gradient;            // correlation - gram · beta
  std::vector<char> in_play;  // columns that the sweeps visit
};

Result<void> check(const Matrix& x, const Vector& y, const ElasticNetOptions& options) {
  assert(x.rows() == y.size());
  if (y.size() < 2) return fail(ErrorKind::invalid, "an elastic net needs at least 2 rows");
  if (!x.allFinite() || !y.allFinite())
    return fail(ErrorKind::invalid, "an elastic net needs finite values: impute first");
  if (!(options.alpha >= 0 && options.alpha <= 1)) return fail(ErrorKind::invalid, "alpha must be between 0 and 1");
  for (std::size_t i = 0; i < options.lambdas.size(); ++i) {
    const double lambda = options.lambdas[i];
    const bool good = std::isfinite(lambda) && lambda >= 0 && (i == 0 || lambda < options.lambdas[i - 1]);
    if (!good) return fail(ErrorKind::invalid, "lambdas must be finite, not negative, and descend");
  }
  const bool path_good = options.path_length > 0 && options.smallest_share >= 0 && options.smallest_share < 1;
  if (options.lambdas.empty() && !path_good)
    return fail(ErrorKind::invalid, "the path needs a length and a share below 1");
  return {};
}

Result<Problem> prepare(const Matrix& x, const Vector& y) {
  const double n = static_cast<double>(x.rows());
  Problem problem;
  problem.means = x.colwise().mean().transpose();
  problem.mean_y = y.mean();
  Matrix columns = x.rowwise() - problem.means.transpose();
  Vector target = y.array() - problem.mean_y;
  problem.deviations = (columns.colwise().squaredNorm().transpose() / n).cwiseSqrt();
  problem.deviation_y = std::sqrt(target.squaredNorm() / n);
  if (!(problem.deviation_y > 1e-13 * std::abs(problem.mean_y)))
    return fail(ErrorKind::invalid, "the target is constant");
  target /= problem.deviation_y;
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    if (problem.deviations[j] > 1e-13 * std::abs(problem.means[j])) {
      columns.col(j) /= problem.deviations[j];
    } else {
      problem.deviations[j] = 0;
      columns.col(j).setZero();
    }
  }
  problem.gram = Matrix::Zero(x.cols(), x.cols());
  problem.gram.selfadjointView<Eigen::Lower>().rankUpdate(columns.transpose(), 1 / n);
  problem.gram.triangularView<Eigen::StrictlyUpper>() = problem.gram.transpose();
  problem.correlation = columns.transpose() * target / n;
  return problem;
}

std::vector<double> choose_lambdas(const Problem& problem, Eigen::Index rows, const ElasticNetOptions& options) {
  if (!options.lambdas.empty()) return options.lambdas;
  const Eigen::Index columns = problem.correlation.size();
  const double strongest = columns == 0 ? 0 : problem.correlation.cwiseAbs().maxCoeff();
  const double largest = strongest * problem.deviation_y / std::max(options.alpha, kLeastAlphaForPath);
  double share = options.smallest_share;
  if (share == 0) share = rows < columns ? 0.01 : 0.0001;
  std::vector<double> lambdas(options.path_length);
  const double steps = std::max(1.0, static_cast<double>(options.path_length) - 1);
  for (std::size_t i = 0; i < lambdas.size(); ++i)
    lambdas[i] = largest * std::pow(share, static_cast<double>(i) / steps);
  return lambdas;
}

double soft_threshold(double value, double threshold) {
  if (value > threshold) return value - threshold;
  if (value < -threshold) return value + threshold;
  return 0;
}

// One pass over the columns in play. Returns the largest move.
double sweep(const Problem& problem, double l1, double l2, Descent& descent) {
  double largest_move = 0;
  for (Eigen::Index j = 0; j < descent.beta.size(); ++j) {
    if (!descent.in_play[static_cast<std::size_t>(j)] || problem.deviations[j] == 0) continue;
    const double old = descent.beta[j];
    const double updated = soft_threshold(descent.gradient[j] + old, l1) / (1 + l2);
    if (updated == old) continue;
    descent.beta[j] = updated;
    descent.gradient -= (updated - old) * problem.gram.col(j);
    largest_move = std::max(largest_move, std::abs(updated - old));
  }
  return largest_move;
}

// Brings in the columns out of play whose gradient breaks the optimality condition |gradient| <= l1. True when there were any.
bool admit_violators(double l1, Descent& descent) {
  bool any = false;
  for (Eigen::Index j = 0; j < descent.beta.size(); ++j) {
    char& in_play = descent.in_play[static_cast<std::size_t>(j)];
    if (in_play || !(std::abs(descent.gradient[j]) > l1)) continue;
    in_play = 1;
    any = true;
  }
  return any;
}

// Solves at one lambda, given the solution at the one before. Lambdas in units of y's standard deviation.
Result<std::size_t> solve(const Problem& problem, double lambda, double lambda_before, const ElasticNetOptions& options,
                          Descent& descent) {
  const double l1 = lambda * options.alpha;
  const double l2 = lambda * (1 - options.alpha);
  const double strong = options.alpha * (2 * lambda - lambda_before);  // below it, a column very likely stays at zero
  for (Eigen::Index j = 0; j < descent.beta.size(); ++j) {
    const bool likely = std::abs(descent.gradient[j]) >= strong || descent.beta[j] != 0;
    descent.in_play[static_cast<std::size_t>(j)] = likely ? 1 : 0;
  }
  std::size_t sweeps = 0;
  do {
    double move = 0;
    do {
      if (++sweeps > options.most_sweeps) {
        return fail(ErrorKind::invalid, "the elastic net did not converge at lambda " +
                                            std::to_string(lambda * problem.deviation_y) +
                                            ": columns are almost linearly dependent; drop some, or raise lambda");
      }
      move = sweep(problem, l1, l2, descent);
    } while (move > options.tolerance);
  } while (admit_violators(l1, descent));
  return sweeps;
}

// Writes the solution at path position `at` on the scale of the data.
void record(const Problem& problem, const Descent& descent, Eigen::Index at, ElasticNetPath& path) {
  double intercept = problem.mean_y;
  for (Eigen::Index j = 0; j < descent.beta.size(); ++j) {
    const bool constant = problem.deviations[j] == 0;
    const double slope = constant ? 0 : descent.beta[j] * problem.deviation_y / problem.deviations[j];
    path.coefficients(j, at) = slope;
    intercept -= slope * problem.means[j];
  }
  path.intercepts[at] = intercept;
  // |y|² is 1 per row here, so the unexplained share is 1 - b'c - b'(c - Gb).
  path.explained.push_back(descent.beta.dot(problem.correlation) + descent.beta.dot(descent.gradient));
}

void select_rows(const Matrix& x, const Vector& y, const std::vector<std::size_t>& folds, std::size_t left_out,
                 Matrix& part, Vector& part_y) {
  const auto kept = static_cast<Eigen::Index>(folds.size()) - std::count(folds.begin(), folds.end(), left_out);
  part.resize(kept, x.cols());
  part_y.resize(kept);
  Eigen::Index to = 0;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (folds[i] == left_out) continue;
    part.row(to) = x.row(static_cast<Eigen::Index>(i));
    part_y[to++] = y[static_cast<Eigen::Index>(i)];
  }
}

// Mean squared error of each lambda on the fold that the path has not seen.
Vector held_out_errors(const Matrix& x, const Vector& y, const std::vector<std::size_t>& folds, std::size_t fold,
                       const ElasticNetPath& path) {
  Vector errors = Vector::Zero(path.intercepts.size());
  double count = 0;
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (folds[i] != fold) continue;
    const auto row = static_cast<Eigen::Index>(i);
    const Vector estimates = path.intercepts + path.coefficients.transpose() * x.row(row).transpose();
    errors += (estimates.array() - y[row]).square().matrix();
    ++count;
  }
  return errors / count;
}

Result<std::vector<double>> fold_shares(const std::vector<std::size_t>& folds) {
  const std::size_t most = folds.empty() ? 0 : *std::max_element(folds.begin(), folds.end());
  if (most == 0 || most >= folds.size())
    return fail(ErrorKind::invalid, "cross-validation needs at least 2 folds, numbered from 0");
  std::vector<double> shares(most + 1, 0.0);
  for (const std::size_t fold : folds) shares[fold] += 1 / static_cast<double>(folds.size());
  if (std::count(shares.begin(), shares.end(), 0.0) > 0)
    return fail(ErrorKind::invalid, "a cross-validation fold is empty");
  return shares;
}

void choose(ElasticNetChoice& choice) {
  const auto& errors = choice.mean_squared_error;
  choice.minimum = static_cast<std::size_t>(std::min_element(errors.begin(), errors.end()) - errors.begin());
  const double limit = errors[choice.minimum] + choice.standard_error[choice.minimum];
  const auto simplest = std::find_if(errors.begin(), errors.end(), [&](double error) { return error <= limit; });
  choice.one_standard_error = static_cast<std::size_t>(simplest - errors.begin());
}

}  // namespace

Result<ElasticNetPath> fit_elastic_net(const Matrix& x, const Vector& y, const ElasticNetOptions& options) {
  VALION_TRY(check(x, y, options));
  VALION_TRY_ASSIGN(const Problem problem, prepare(x, y));
  ElasticNetPath path;
  path.lambdas = choose_lambdas(problem, x.rows(), options);
  const auto length = static_cast<Eigen::Index>(path.lambdas.size());
  path.intercepts.resize(length);
  path.coefficients.resize(x.cols(), length);

  Descent descent{Vector::Zero(x.cols()), problem.correlation,
                  std::vector<char>(static_cast<std::size_t>(x.cols()), 0)};
  double before = path.lambdas.front() / problem.deviation_y;
  for (Eigen::Index at = 0; at < length; ++at) {
    const double lambda = path.lambdas[static_cast<std::size_t>(at)] / problem.deviation_y;
    VALION_TRY_ASSIGN(const std::size_t sweeps, solve(problem, lambda, before, options, descent));
    path.sweeps += sweeps;
    record(problem, descent, at, path);
    before = lambda;
  }
  return path;
}

Result<ElasticNetChoice> cross_validate_elastic_net(const Matrix& x, const Vector& y,
                                                    const std::vector<std::size_t>& folds,
                                                    const ElasticNetOptions& options) {
  assert(folds.size() == static_cast<std::size_t>(y.size()));
  VALION_TRY_ASSIGN(const std::vector<double> shares, fold_shares(folds));
  ElasticNetChoice choice;
  VALION_TRY_ASSIGN(choice.path, fit_elastic_net(x, y, options));
  ElasticNetOptions same_path = options;
  same_path.lambdas = choice.path.lambdas;

  const auto length = static_cast<Eigen::Index>(choice.path.lambdas.size());
  Matrix errors(length, static_cast<Eigen::Index>(shares.size()));  // one column per fold
  for (std::size_t fold = 0; fold < shares.size(); ++fold) {
    Matrix part;
    Vector part_y;
    select_rows(x, y, folds, fold, part, part_y);
    VALION_TRY_ASSIGN(const ElasticNetPath path, fit_elastic_net(part, part_y, same_path));
    errors.col(static_cast<Eigen::Index>(fold)) = held_out_errors(x, y, folds, fold, path);
  }
  const Vector weights = Eigen::Map<const Vector>(shares.data(), static_cast<Eigen::Index>(shares.size()));
  const Vector means = errors * weights;
  const Matrix squares = (errors.colwise() - means).cwiseAbs2();
  const Vector spread = (squares * weights / (static_cast<double>(shares.size()) - 1)).cwiseSqrt();
  choice.mean_squared_error.assign(means.begin(), means.end());
  choice.standard_error.assign(spread.begin(), spread.end());
  choose(choice);
  return choice;
}

}  // namespace valion::stats
