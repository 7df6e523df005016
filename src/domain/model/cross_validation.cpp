#include "domain/model/cross_validation.hpp"

#include <chrono>
#include <cmath>
#include <utility>

#include "domain/model/regressors.hpp"
#include "domain/stats/descriptive.hpp"
#include "domain/stats/random.hpp"

namespace valion::model {
namespace {

std::vector<double> prices_of(const dataset::Table& table, const ModelSpec& spec,
                              const std::vector<std::size_t>& rows) {
  const auto& price = table.find(spec.target)->numbers();
  std::vector<double> prices;
  prices.reserve(rows.size());
  for (const auto row : rows) prices.push_back(price[row]);
  return prices;
}

std::vector<std::size_t> positions_of(const std::vector<std::size_t>& fold_of, std::size_t fold) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < fold_of.size(); ++i) {
    if (fold_of[i] == fold) positions.push_back(i);
  }
  return positions;
}

// Median of log price - eta over the sales of all folds but one (the number of folds: over all).
double median_shift(const std::vector<double>& eta, const std::vector<double>& prices,
                    const std::vector<std::size_t>& fold_of, std::size_t without_fold) {
  std::vector<double> residuals;
  for (std::size_t i = 0; i < eta.size(); ++i) {
    if (fold_of[i] != without_fold) residuals.push_back(std::log(prices[i]) - eta[i]);
  }
  return stats::median(std::move(residuals));
}

}  // namespace

ValueModel FittedCandidates::value_model(const ModelSpec& spec, std::size_t candidate, double median_shift) const {
  return ValueModel{features, find_regressor(spec.models[candidate])->design, fits[candidate].predictor, median_shift,
                    index};
}

Result<FittedCandidates> fit_candidates(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                                        const ModelSpec& spec, std::size_t threads, ProgressScale& progress) {
  auto training = fit_features(table, training_rows, spec, threads);
  FittedCandidates fitted;
  for (const auto& name : spec.models) {
    const Regressor& regressor = *find_regressor(name);
    FitOptions options;
    options.seed = static_cast<std::uint64_t>(spec.seed);
    options.threads = threads;
    options.cancelled = [&progress] { return progress.cancelled(); };
    options.progress = [&progress](double share) { progress.report(share); };
    const auto start = std::chrono::steady_clock::now();
    auto fit = regressor.fit(training.designs.of(regressor.design), training.target, options);
    if (!fit) return fail(std::move(fit).error());
    fitted.fits.push_back(std::move(*fit));
    fitted.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  fitted.features = std::move(training.features);
  fitted.index = make_index(fitted.features);
  progress.finish_piece();
  return fitted;
}

std::vector<std::vector<double>> predict_candidates(const FittedCandidates& fitted, const ModelSpec& spec,
                                                    const dataset::Table& table, const std::vector<std::size_t>& rows,
                                                    const std::vector<double>& median_shifts, std::size_t threads) {
  const auto designs = make_designs(fitted.features, fitted.index.get(), table, rows, {}, threads);
  std::vector<std::vector<double>> eta;
  for (std::size_t candidate = 0; candidate < fitted.fits.size(); ++candidate) {
    const Matrix& design = designs.of(find_regressor(spec.models[candidate])->design);
    std::vector<double> predicted(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      predicted[i] =
          predict(fitted.fits[candidate].predictor, design.row(i)) + median_shifts[candidate] + designs.trend[i];
    }
    eta.push_back(std::move(predicted));
  }
  return eta;
}

Result<CrossValidation> cross_validate(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                                       const ModelSpec& spec, std::size_t threads, ProgressScale& progress) {
  const auto folds = static_cast<std::size_t>(spec.folds);
  const auto fold_of = stats::assign_folds(training_rows.size(), folds, static_cast<std::uint64_t>(spec.seed));
  const std::size_t candidates = spec.models.size();
  std::vector<std::vector<double>> eta(candidates, std::vector<double>(training_rows.size()));
  CrossValidation result;
  result.seconds.resize(candidates);
  for (std::size_t fold = 0; fold < folds; ++fold) {
    progress.stage("cross-validation, fold " + std::to_string(fold + 1) + " of " + std::to_string(folds));
    std::vector<std::size_t> fitted_rows, held_rows, held_positions;
    for (std::size_t i = 0; i < training_rows.size(); ++i) {
      (fold_of[i] == fold ? held_rows : fitted_rows).push_back(training_rows[i]);
      if (fold_of[i] == fold) held_positions.push_back(i);
    }
    VALION_TRY_ASSIGN(const auto fitted, fit_candidates(table, fitted_rows, spec, threads, progress));
    const auto predicted = predict_candidates(fitted, spec, table, held_rows, std::vector<double>(candidates), threads);
    for (std::size_t c = 0; c < candidates; ++c) {
      result.seconds[c] += fitted.seconds[c];
      for (std::size_t i = 0; i < held_positions.size(); ++i) eta[c][held_positions[i]] = predicted[c][i];
    }
  }
  const auto prices = prices_of(table, spec, training_rows);
  std::vector<double> shifted(prices.size());
  for (std::size_t c = 0; c < candidates; ++c) {
    result.median_shifts.push_back(median_shift(eta[c], prices, fold_of, folds));
    for (std::size_t fold = 0; fold < folds; ++fold) {
      const double shift = median_shift(eta[c], prices, fold_of, fold);
      for (const auto i : positions_of(fold_of, fold)) shifted[i] = eta[c][i] + shift;
    }
    result.evaluations.push_back(evaluate(exp_of(shifted), prices));
  }
  return result;
}

}  // namespace valion::model
