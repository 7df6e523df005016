#include "services/ml_service/answers.hpp"

#include <cmath>
#include <utility>

namespace valion::ml {
namespace {

contracts::Metrics to_metrics(const model::Evaluation& e) {
  return {e.n,   e.mdape, e.mape, e.ppe10, e.ppe20,      e.median_ratio,
          e.cod, e.prd,   e.prb,  e.r2,    e.coverage80, e.coverage95};
}

std::optional<contracts::Metrics> to_metrics(const std::optional<model::Evaluation>& evaluation) {
  if (!evaluation) return std::nullopt;
  return to_metrics(*evaluation);
}

contracts::CandidateResult to_candidate(const model::CandidateEvaluation& candidate, double seconds) {
  contracts::CandidateResult result;
  result.model = candidate.model;
  result.cross_validation = to_metrics(candidate.cross_validation);
  result.test = to_metrics(candidate.test);
  result.seconds = seconds;
  for (const auto& line : candidate.coefficients) {
    result.coefficients.push_back({line.term, line.estimate, line.standard_error, line.t, line.p});
  }
  result.notes = candidate.notes;
  return result;
}

contracts::Comparable to_comparable(const model::ComparableSale& sale) {
  contracts::Comparable comparable;
  comparable.row = sale.row;
  comparable.identifier = sale.identifier;
  comparable.date = sale.date.text();
  comparable.price = sale.price;
  comparable.price_at_date = sale.price_at_date;
  comparable.adjusted_price = sale.adjusted_price;
  comparable.distance =
      std::isfinite(sale.distance) ? sale.distance : 0;  // JSON has no NaN; unknown places say so themselves
  comparable.similarity = sale.similarity;
  comparable.longitude = sale.longitude;
  comparable.latitude = sale.latitude;
  comparable.attributes = sale.attributes;
  return comparable;
}

}  // namespace

contracts::ModelRecord to_record(const Hash& hash, const StoredModel& stored, const std::vector<double>& seconds,
                                 double total_seconds, std::string created_at) {
  const model::TrainedModel& trained = stored.trained;
  contracts::ModelRecord record;
  record.model = hash;
  record.request = stored.request;
  record.champion = trained.champion;
  for (std::size_t i = 0; i < trained.candidates.size(); ++i) {
    record.candidates.push_back(to_candidate(trained.candidates[i], seconds[i]));
  }
  record.test = to_metrics(trained.test);
  record.test_trimmed = to_metrics(trained.test_trimmed);
  record.benchmark = to_metrics(trained.benchmark);
  record.benchmark_rescaled = to_metrics(trained.benchmark_rescaled);
  record.trend_per_year = trained.model.features.trend.per_year;
  for (const auto& entry : trained.importance)
    record.importance.push_back({entry.feature, entry.mean_absolute_contribution});
  record.shap_additivity_error = trained.additivity_error;
  record.n_train = trained.n_train;
  record.n_test = trained.n_test;
  record.created_at = std::move(created_at);
  record.seconds = total_seconds;
  record.engine = stored.engine;
  return record;
}

contracts::EvaluationRows to_evaluation_rows(const Hash& hash, const model::TestRows& rows) {
  contracts::EvaluationRows answer;
  answer.model = hash;
  for (const auto& date : rows.dates) answer.date.push_back(date.text());
  answer.price = rows.price;
  answer.estimate = rows.estimate;
  answer.lower80 = rows.lower80;
  answer.upper80 = rows.upper80;
  answer.benchmark = rows.benchmark;
  return answer;
}

contracts::Valuation to_valuation(const Hash& hash, const StoredModel& stored,
                                  const contracts::ValuationRequest& request, const model::PropertyValue& value) {
  contracts::Valuation valuation;
  valuation.model = hash;
  valuation.version = stored.request.version;
  valuation.champion = stored.trained.champion;
  valuation.label = request.label;
  valuation.currency = stored.request.currency;
  valuation.area_unit = stored.request.area_unit;
  valuation.date = request.date;
  valuation.subject = request.subject;
  valuation.value = value.value;
  valuation.interval80 = {value.intervals[0].level, value.intervals[0].lower, value.intervals[0].upper};
  valuation.interval95 = {value.intervals[1].level, value.intervals[1].lower, value.intervals[1].upper};
  valuation.eta = value.eta;
  valuation.base_value = value.base_value;
  for (const auto& c : value.contributions) {
    valuation.contributions.push_back({c.feature, c.value, c.contribution, std::exp(c.contribution)});
  }
  valuation.shap_additivity_error = value.additivity_error;
  for (const auto& sale : value.comparables) valuation.comparables.push_back(to_comparable(sale));
  valuation.warnings = value.warnings;
  return valuation;
}

}  // namespace valion::ml
