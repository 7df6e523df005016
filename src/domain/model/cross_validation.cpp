#include "domain/model/cross_validation.hpp"

#include <chrono>
#include <utility>

#include "domain/model/regressors.hpp"
#include "domain/stats/random.hpp"

namespace valion::model {
namespace {

std::vector<double> prices_of(const dataset::Table& table, const ModelSpec& spec, const std::vector<std::size_t>& rows) {
  const auto& price = table.find(spec.target)->numbers();
  std::vector<double> prices;
  prices.reserve(rows.size());
  for (const auto row : rows) prices.push_back(price[row]);
  return prices;
}

}  // namespace

ValueModel FittedCandidates::value_model(const ModelSpec& spec, std::size_t candidate) const {
  return ValueModel{features, find_regressor(spec.models[candidate])->design, fits[candidate].predictor, index};
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
                                                    std::size_t threads) {
  const auto designs = make_designs(fitted.features, fitted.index.get(), table, rows, {}, threads);
  std::vector<std::vector<double>> eta;
  for (std::size_t candidate = 0; candidate < fitted.fits.size(); ++candidate) {
    const Matrix& design = designs.of(find_regressor(spec.models[candidate])->design);
    std::vector<double> predicted(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
      predicted[i] = predict(fitted.fits[candidate].predictor, design.row(i)) + designs.trend[i];
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
    const auto predicted = predict_candidates(fitted, spec, table, held_rows, threads);
    for (std::size_t c = 0; c < candidates; ++c) {
      result.seconds[c] += fitted.seconds[c];
      for (std::size_t i = 0; i < held_positions.size(); ++i) eta[c][held_positions[i]] = predicted[c][i];
    }
  }
  const auto prices = prices_of(table, spec, training_rows);
  for (std::size_t c = 0; c < candidates; ++c) result.evaluations.push_back(evaluate(exp_of(eta[c]), prices));
  return result;
}

}  // namespace valion::model
