#include "services/reporting_service/report_sources.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "platform/json/described.hpp"
#include "platform/objects/object_store.hpp"
#include "services/reporting_service/text/format.hpp"

namespace valion::reporting {
namespace {

report::Accuracy accuracy_of(const contracts::Metrics& m) {
  if (m.n == 0) {  // nothing was measured: a zero would read as perfect
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    return {0, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, kNone, {}, {}};
  }
  return {m.n,   m.mdape, m.mape, m.ppe10, m.ppe20,      m.median_ratio,
          m.cod, m.prd,   m.prb,  m.r2,    m.coverage80, m.coverage95};
}

std::optional<report::Accuracy> accuracy_of(const std::optional<contracts::Metrics>& metrics) {
  if (!metrics) return std::nullopt;
  return accuracy_of(*metrics);
}

using Units = std::map<std::string, std::string>;

Units units_of(const ReportSources& sources) {
  Units units;
  for (const auto& version : sources.history) {
    for (const auto& column : version.columns) {
      if (!column.unit.empty()) units[column.name] = column.unit;
    }
  }
  return units;
}

std::string unit_of(const Units& units, const std::string& column) {
  const auto found = units.find(column);
  return found == units.end() ? std::string() : found->second;
}

std::optional<double> number_in(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  if (found == attributes.end()) return std::nullopt;
  const auto* number = std::get_if<double>(&found->second);
  return number != nullptr ? std::optional<double>(*number) : std::nullopt;
}

std::optional<report::Place> place_of(const contracts::Valuation& valuation,
                                      const std::optional<contracts::NeighbourSpec>& location) {
  if (!location) return std::nullopt;
  const auto longitude = number_in(valuation.subject, location->longitude);
  const auto latitude = number_in(valuation.subject, location->latitude);
  if (!longitude || !latitude || std::abs(*longitude) > 180 || std::abs(*latitude) > 90) return std::nullopt;
  return report::Place{*longitude, *latitude};
}

report::Statement statement_of(const contracts::ReportRequest& request, const contracts::Valuation& valuation) {
  const auto span = [](const contracts::Interval& interval) {
    return report::Span{interval.level, interval.lower, interval.upper};
  };
  return {request.title,
          valuation.label,
          request.client,
          request.purpose,
          request.prepared_by,
          valuation.currency,
          valuation.area_unit,
          valuation.date,
          valuation.value,
          span(valuation.interval80),
          span(valuation.interval95),
          valuation.created_at};
}

std::vector<report::ComparableLine> comparables_of(const contracts::Valuation& valuation, bool subject_placed) {
  std::vector<report::ComparableLine> lines;
  for (const auto& comparable : valuation.comparables) {
    report::ComparableLine line;
    line.row = comparable.row;
    line.identifier = comparable.identifier;
    line.date = Date::parse(comparable.date);
    line.price = comparable.price;
    line.price_at_date = comparable.price_at_date;
    line.adjusted_price = comparable.adjusted_price;
    line.similarity = comparable.similarity;
    line.attributes = comparable.attributes;
    if (comparable.longitude && comparable.latitude)
      line.place = report::Place{*comparable.longitude, *comparable.latitude};
    line.distance =
        line.place && subject_placed ? comparable.distance : -1;  // ml_service says 0 where it does not know
    lines.push_back(std::move(line));
  }
  return lines;
}

report::DataFacts data_of(const ReportSources& sources) {
  report::DataFacts data;
  for (const auto& version : sources.history) {
    data.name = version.name;
    data.target = version.target;
    data.history.push_back({version.version, version.note, version.rows, version.columns.size(), version.created_at});
    if (version.source) {
      data.source = report::Source{version.source->file_name, version.source->format, version.source->encoding,
                                   version.source->bytes, version.source->sha256};
    }
  }
  for (const auto& cleaned : sources.cleaning) {
    for (const auto& step : cleaned.steps) {
      data.cleaning.push_back({step.rule, step.description, step.column, step.rows_touched, step.rows_left, step.rows,
                               step.before, step.after});
    }
  }
  return data;
}

report::ModelFacts model_of(const contracts::ModelRecord& record) {
  const contracts::TrainingRequest& request = record.request;
  report::ModelFacts model;
  model.name = request.name;
  model.champion = record.champion;
  for (const auto& feature : request.features) model.features.push_back(feature.column);
  if (request.location) model.neighbours = request.location->neighbours;
  for (const auto& candidate : record.candidates) {
    report::Candidate one{
        candidate.model, accuracy_of(candidate.cross_validation), accuracy_of(candidate.test), candidate.seconds, {},
        candidate.notes};
    for (const auto& c : candidate.coefficients)
      one.coefficients.push_back({c.term, c.estimate, c.standard_error, c.t, c.p});
    model.candidates.push_back(std::move(one));
  }
  for (const auto& one : record.importance) model.importance.push_back({one.feature, one.mean_absolute_contribution});
  model.calibration_from = request.split.calibration_from;
  model.train_to = request.split.train_to;
  model.test_from = request.split.test_from;
  model.train_minimum_target = request.split.train_minimum_target;
  model.benchmark_column = request.benchmark;
  model.test = accuracy_of(record.test);
  model.test_trimmed = accuracy_of(record.test_trimmed);
  model.benchmark = accuracy_of(record.benchmark);
  model.benchmark_rescaled = accuracy_of(record.benchmark_rescaled);
  model.trend_per_year = record.trend_per_year;
  model.n_train = record.n_train;
  model.n_test = record.n_test;
  model.folds = request.folds;
  model.seed = request.seed;
  model.created_at = record.created_at;
  model.engine = record.engine;
  return model;
}

Result<std::vector<report::TestSale>> test_sales_of(const contracts::EvaluationRows& rows) {
  const std::size_t n = rows.price.size();
  const bool even = rows.date.size() == n && rows.estimate.size() == n && rows.lower80.size() == n &&
                    rows.upper80.size() == n && (rows.benchmark.empty() || rows.benchmark.size() == n);
  if (!even) return fail(ErrorKind::bad_gateway, "the evaluation's columns have different lengths");
  std::vector<report::TestSale> sales;
  for (std::size_t i = 0; i < n; ++i) {
    const auto day = Date::parse(rows.date[i]);
    if (!day)
      return fail(ErrorKind::bad_gateway, "evaluation row " + std::to_string(i + 1) + " has no date: " + rows.date[i]);
    sales.push_back({*day, rows.price[i], rows.estimate[i], rows.lower80[i], rows.upper80[i],
                     rows.benchmark.empty() ? std::nullopt : rows.benchmark[i]});
  }
  return sales;
}

Result<void> check_chain(const ReportSources& sources) {
  const auto& valuation = sources.valuation;
  if (sources.model.model != valuation.model || sources.evaluation.model != valuation.model) {
    return fail(ErrorKind::bad_gateway, "the model fetched is not the one the valuation was made with");
  }
  if (sources.history.empty() || sources.history.back().version != valuation.version) {
    return fail(ErrorKind::bad_gateway, "the data set version fetched is not the one the valuation was made with");
  }
  return {};
}

}  // namespace

Hash identity_of(const contracts::ReportRequest& request, const ReportSources& sources) {
  contracts::ReportRequest ordered = request;
  std::sort(ordered.formats.begin(), ordered.formats.end());
  std::string text = json::encode(ordered);
  for (const Hash* hash : {&sources.valuation.valuation, &sources.valuation.model, &sources.valuation.version})
    text += "\n" + hash->text();
  return sha256(text);
}

Result<report::ReportFacts> facts_of(const contracts::ReportRequest& request, const Hash& identity,
                                     const ReportSources& sources) {
  VALION_TRY(check_chain(sources));
  const contracts::Valuation& valuation = sources.valuation;
  const Units units = units_of(sources);
  report::ReportFacts facts;
  facts.identities = {identity, valuation.valuation, valuation.model, valuation.version};
  facts.statement = statement_of(request, valuation);
  for (const auto& [name, value] : valuation.subject) facts.subject.push_back({name, unit_of(units, name), value});
  facts.place = place_of(valuation, sources.model.request.location);
  facts.explanation = {valuation.base_value, valuation.eta, {}, valuation.shap_additivity_error};
  for (const auto& one : valuation.contributions) {
    facts.explanation.effects.push_back({one.feature, unit_of(units, one.feature), one.value, one.contribution});
  }
  facts.comparables = comparables_of(valuation, facts.place.has_value());
  facts.data = data_of(sources);
  facts.model = model_of(sources.model);
  VALION_TRY_ASSIGN(facts.test_sales, test_sales_of(sources.evaluation));
  facts.warnings = valuation.warnings;
  return facts;
}

}  // namespace valion::reporting
