#include "domain/model/training.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "domain/model/cross_validation.hpp"
#include "domain/model/sale_split.hpp"

namespace valion::model {
namespace {

constexpr std::size_t kExplainedSales = 200;  // enough for a ranking of features; trees take some 10 ms each

std::vector<double> numbers_at(const dataset::Table& table, const std::string& column,
                               const std::vector<std::size_t>& rows) {
  const auto& values = table.find(column)->numbers();
  std::vector<double> picked;
  picked.reserve(rows.size());
  for (const auto row : rows) picked.push_back(values[row]);
  return picked;
}

std::vector<double> logs_of(std::vector<double> values) {
  for (auto& value : values) value = std::log(value);
  return values;
}

// Ties go to the model named first.
std::size_t least_mdape(const std::vector<Evaluation>& evaluations) {
  return static_cast<std::size_t>(std::min_element(evaluations.begin(), evaluations.end(),
                                                   [](const auto& a, const auto& b) { return a.mdape < b.mdape; }) -
                                  evaluations.begin());
}

std::vector<Coefficient> coefficients_of(const FittedCandidates& fitted, const ModelSpec& spec, std::size_t candidate) {
  const auto* linear = std::get_if<LinearModel>(&fitted.fits[candidate].predictor);
  if (linear == nullptr) return {};
  std::vector<std::string> terms;
  for (const auto& term : fitted.features.terms(DesignKind::linear)) terms.push_back(term.name);
  auto table = linear->table(terms);
  const auto& trend = fitted.features.trend;
  Coefficient line{spec.split.date_column + " (per year)", trend.per_year, {}, {}, {}};
  if (trend.standard_error > 0 && !linear->standard_errors.empty()) {
    line.standard_error = trend.standard_error;
    line.t = trend.per_year / trend.standard_error;
  }
  table.push_back(std::move(line));
  return table;
}

// Rows evenly over the test period.
std::vector<std::size_t> sample_of(const std::vector<std::size_t>& rows) {
  const std::size_t count = std::min(rows.size(), kExplainedSales);
  std::vector<std::size_t> sample;
  for (std::size_t i = 0; i < count; ++i) sample.push_back(rows[i * rows.size() / count]);
  return sample;
}

Result<std::vector<double>> explain_sample(TrainedModel& trained, const dataset::Table& table,
                                           const std::vector<std::size_t>& rows, std::size_t threads) {
  VALION_TRY_ASSIGN(const auto explanations, explain(trained.model, table, rows, threads));
  const auto names = trained.model.features.feature_names();
  std::vector<double> mean(names.size());
  for (const auto& explanation : explanations) {
    trained.additivity_error = std::max(trained.additivity_error, explanation.additivity_error);
    for (std::size_t f = 0; f < names.size(); ++f) {
      mean[f] += std::abs(explanation.contributions[f]) / static_cast<double>(explanations.size());
    }
  }
  for (std::size_t f = 0; f < names.size(); ++f) trained.importance.push_back({names[f], mean[f]});
  std::stable_sort(trained.importance.begin(), trained.importance.end(), [](const auto& a, const auto& b) {
    return a.mean_absolute_contribution > b.mean_absolute_contribution;
  });
  mean.resize(trained.model.features.encoder.features.size());
  return mean;
}

void describe_test(TrainedModel& trained, const dataset::Table& table, std::vector<std::size_t> rows,
                   std::vector<double> eta) {
  const ModelSpec& spec = trained.spec;
  const auto& days = table.find(spec.split.date_column)->dates().days;
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return days[rows[a]] < days[rows[b]]; });
  const auto price = numbers_at(table, spec.target, rows);
  for (const auto i : order) {
    const auto& band = trained.intervals.band_of(eta[i]);
    trained.test_rows.dates.emplace_back(days[rows[i]]);
    trained.test_rows.price.push_back(price[i]);
    trained.test_rows.estimate.push_back(std::exp(eta[i]));
    trained.test_rows.lower80.push_back(std::exp(eta[i] + band.lower[0]));
    trained.test_rows.upper80.push_back(std::exp(eta[i] + band.upper[0]));
    if (!spec.benchmark) continue;
    const double other = table.find(*spec.benchmark)->numbers()[rows[i]];
    trained.test_rows.benchmark.push_back(std::isnan(other) ? std::nullopt : std::optional(other));
  }
}

void trim_test(TrainedModel& trained, const std::vector<double>& eta, const std::vector<double>& prices) {
  std::vector<double> kept_eta, kept_prices;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    if (prices[i] < trained.spec.split.train_minimum_target.value_or(0)) continue;
    kept_eta.push_back(eta[i]);
    kept_prices.push_back(prices[i]);
  }
  trained.test_trimmed = evaluate(kept_eta, kept_prices, trained.intervals);
}

// Pairs of somebody else's value and the price, where both are known and positive.
std::pair<std::vector<double>, std::vector<double>> benchmark_pairs(const dataset::Table& table, const ModelSpec& spec,
                                                                    const std::vector<std::size_t>& rows) {
  std::pair<std::vector<double>, std::vector<double>> pairs;
  const auto values = numbers_at(table, *spec.benchmark, rows);
  const auto prices = numbers_at(table, spec.target, rows);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!(values[i] > 0)) continue;
    pairs.first.push_back(values[i]);
    pairs.second.push_back(prices[i]);
  }
  return pairs;
}

void evaluate_benchmark(TrainedModel& trained, const dataset::Table& table, const SaleSplit& parts) {
  if (!trained.spec.benchmark) return;
  auto [values, prices] = benchmark_pairs(table, trained.spec, parts.test);
  if (values.empty()) return;
  trained.benchmark = evaluate(values, prices);
  const auto [before, before_prices] = benchmark_pairs(table, trained.spec, parts.calibration);
  if (before.empty()) return;
  const double level = evaluate(before, before_prices).median_ratio;
  for (auto& value : values) value /= level;
  trained.benchmark_rescaled = evaluate(values, prices);
}

TrainingPeriod period_of(const dataset::Table& table, const ModelSpec& spec, const std::vector<std::size_t>& rows) {
  const auto& days = table.find(spec.split.date_column)->dates().days;
  TrainingPeriod period{Date(days[rows.front()]), Date(days[rows.front()])};
  for (const auto row : rows) {
    period.first = std::min(period.first, Date(days[row]));
    period.last = std::max(period.last, Date(days[row]));
  }
  return period;
}

}  // namespace

Result<TrainingOutcome> train(const dataset::Table& table, const ModelSpec& spec, const TrainingOptions& options) {
  VALION_TRY(check(spec, table));
  const SaleSplit parts = split_sales(table, spec);
  ProgressScale progress(options, static_cast<double>(spec.folds) + 3);

  TrainingOutcome outcome;
  TrainedModel& trained = outcome.model;
  trained.spec = spec;
  trained.schema = schema_of(table);
  trained.n_train = static_cast<std::int64_t>(parts.training.size());
  trained.n_test = static_cast<std::int64_t>(parts.test.size());
  trained.period = period_of(table, spec, parts.training);

  VALION_TRY_ASSIGN(const auto validated, cross_validate(table, parts.training, spec, options.threads, progress));
  const std::size_t champion = least_mdape(validated.evaluations);
  trained.champion = spec.models[champion];
  outcome.seconds = validated.seconds;

  progress.stage("calibrating the intervals");
  VALION_TRY_ASSIGN(const auto before, fit_candidates(table, parts.training_before, spec, options.threads, progress));
  const auto calibration_eta =
      predict_candidates(before, spec, table, parts.calibration, validated.median_shifts, options.threads);
  const auto calibration_log = logs_of(numbers_at(table, spec.target, parts.calibration));

  progress.stage("fitting on all training sales");
  VALION_TRY_ASSIGN(const auto fitted, fit_candidates(table, parts.training, spec, options.threads, progress));
  const auto test_eta = predict_candidates(fitted, spec, table, parts.test, validated.median_shifts, options.threads);
  const auto test_prices = numbers_at(table, spec.target, parts.test);
  for (std::size_t c = 0; c < spec.models.size(); ++c) {
    const auto intervals = calibrate(calibration_eta[c], calibration_log);
    trained.candidates.push_back({spec.models[c], validated.evaluations[c],
                                  evaluate(test_eta[c], test_prices, intervals), coefficients_of(fitted, spec, c),
                                  fitted.fits[c].notes});
    outcome.seconds[c] += before.seconds[c] + fitted.seconds[c];
    if (c == champion) trained.intervals = intervals;
  }
  trained.model = fitted.value_model(spec, champion, validated.median_shifts[champion]);
  trained.test = trained.candidates[champion].test;
  trim_test(trained, test_eta[champion], test_prices);
  describe_test(trained, table, parts.test, test_eta[champion]);
  evaluate_benchmark(trained, table, parts);

  progress.stage("explaining");
  if (progress.cancelled()) return fail(ErrorKind::cancelled, "training was cancelled");
  VALION_TRY_ASSIGN(const auto importance, explain_sample(trained, table, sample_of(parts.test), options.threads));
  trained.pool = make_pool(table, spec, parts.training, importance);
  trained.pool_index = make_index(trained.pool, trained.model.features);
  progress.finish_piece();
  progress.report(0);
  return outcome;
}

}  // namespace valion::model
