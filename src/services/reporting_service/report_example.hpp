// For tests: the artefacts of a plausible valuation, as ml_service and data_processing would answer. Every figure follows from
// the sales made here (a fixed pseudo-random market), so that the report's own checks hold.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <vector>

#include "domain/report/report_content.hpp"
#include "domain/stats/accuracy.hpp"
#include "domain/stats/ratio_study.hpp"
#include "platform/objects/object_store.hpp"
#include "services/reporting_service/report_sources.hpp"

namespace valion::reporting::testing {

struct Example {
  std::size_t test_sales = 600;
  std::size_t comparables = 6;
  bool benchmark = true;
  bool location = true;
  double scale = 1;  // of all money
  std::string label = "Brick two-storey house near Old Orchard, Toledo";
  std::string prefix;  // before every text that comes from outside
};

// Normal deviates that are the same with every standard library.
class Deviates {
 public:
  double next() {
    const double u = (static_cast<double>(engine_()) + 0.5) / 4294967296.0;
    const double v = (static_cast<double>(engine_()) + 0.5) / 4294967296.0;
    return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * v);
  }

 private:
  std::mt19937 engine_{20261124};
};

inline contracts::Metrics metrics_of(const std::vector<double>& estimates, const std::vector<double>& prices) {
  contracts::Metrics m;
  m.n = static_cast<std::int64_t>(prices.size());
  if (prices.empty()) return m;
  m.mdape = stats::mdape(estimates, prices);
  m.mape = stats::mape(estimates, prices);
  m.ppe10 = stats::ppe(estimates, prices, 0.1);
  m.ppe20 = stats::ppe(estimates, prices, 0.2);
  m.r2 = prices.size() > 1 ? stats::r2(estimates, prices) : 0;
  if (const auto study = stats::study_ratios(estimates, prices)) {
    m.median_ratio = study->median;
    m.cod = study->cod;
    m.prd = study->prd;
    m.prb = std::isfinite(study->prb) ? study->prb : 0;
  }
  return m;
}

inline contracts::EvaluationRows evaluation_of(const Example& example, const Hash& model) {
  Deviates deviates;
  contracts::EvaluationRows rows;
  rows.model = model;
  for (std::size_t i = 0; i < example.test_sales; ++i) {
    const double price = example.scale * std::exp(11.2 + 0.65 * deviates.next());
    const double spread = i % 40 == 0 ? 0.8 : 0.16;
    const double estimate =
        price * std::exp(spread * deviates.next() - 0.05 * (std::log(price / example.scale) - 11.2));
    rows.date.push_back(
        Date(Date::parse("1998-01-02")->days() + static_cast<std::int32_t>(i * 300 / example.test_sales)).text());
    rows.price.push_back(price);
    rows.estimate.push_back(estimate);
    rows.lower80.push_back(estimate * 0.79);
    rows.upper80.push_back(estimate * 1.27);
    if (example.benchmark) {
      const double value = price * 0.86 * std::exp(0.19 * deviates.next());
      rows.benchmark.push_back(i % 97 == 5 ? std::nullopt : std::optional<double>(value));
    }
  }
  return rows;
}

inline contracts::ModelRecord model_of(const Example& example, const contracts::EvaluationRows& rows,
                                       const Hash& version) {
  contracts::ModelRecord record;
  record.model = rows.model;
  auto& request = record.request;
  request.name = example.prefix + "Lucas County, Ohio, 1993-1998";
  request.version = version;
  request.target = "price";
  request.currency = "USD";
  request.area_unit = "ft2";
  for (const char* name : {"TLA", "lotsize", "age", "beds", "baths", "halfbaths", "rooms", "stories", "wall", "garage",
                           "garagesqft", "frontage", "depth", "distance_to_centre"}) {
    request.features.push_back({name, "none"});
  }
  if (example.location) request.location = contracts::NeighbourSpec{};
  request.split = {"sale_date", *Date::parse("1997-01-01"), *Date::parse("1997-12-31"), *Date::parse("1998-01-01"),
                   10'000 * example.scale};
  record.champion = "xgboost";
  record.test = metrics_of(rows.estimate, rows.price);
  record.test.coverage80 = rows.price.empty()
                               ? std::nullopt
                               : std::optional<double>(stats::coverage(rows.lower80, rows.upper80, rows.price));
  record.test.coverage95 = record.test.coverage80 ? std::optional<double>(0.951) : std::nullopt;
  record.test_trimmed = record.test;
  record.n_train = 20'371;
  record.n_test = record.test.n;
  if (example.benchmark) {
    request.benchmark = example.prefix + "avalue";
    std::vector<double> values, prices, rescaled;
    for (std::size_t i = 0; i < rows.price.size(); ++i) {
      if (!rows.benchmark[i]) continue;
      values.push_back(*rows.benchmark[i]);
      rescaled.push_back(*rows.benchmark[i] / 0.86);
      prices.push_back(rows.price[i]);
    }
    record.benchmark = metrics_of(values, prices);
    record.benchmark_rescaled = metrics_of(rescaled, prices);
  }
  contracts::Metrics ols = record.test, net = record.test;
  ols.mdape = 0.159;
  ols.cod = 24.1;
  net.mdape = 0.161;
  net.cod = 24.4;
  record.candidates = {
      {"ols",
       ols,
       ols,
       0.6,
       {{"intercept", 7.1234, 0.0321, 221.9, 0.0}, {"log(TLA)", 0.5123, 0.0087, 58.9, 1e-12}},
       "31 terms"},
      {"elastic_net", net, net, 2.4, {{"intercept", 7.2, {}, {}, {}}}, "lambda 0.0004, 29 of 31 terms"},
      {"xgboost", record.test, record.test, 21.7, {}, "600 trees, depth 7, learning rate 0.05"}};
  double importance = 0.31;
  for (const auto& feature : request.features)
    record.importance.push_back({example.prefix + feature.column, importance *= 0.74});
  record.trend_per_year = 0.0412;
  record.shap_additivity_error = 3.1e-12;
  record.created_at = "2026-11-24T09:10:11.123Z";
  record.engine = "valion 0.1.0, XGBoost 1.7.4, 2 threads, g++ 12.2";
  return record;
}

inline std::vector<contracts::Comparable> comparables_of(const Example& example) {
  Deviates deviates;
  std::vector<contracts::Comparable> all;
  for (std::size_t i = 0; i < example.comparables; ++i) {
    contracts::Comparable one;
    one.row = static_cast<std::int64_t>(1'200 + 731 * i);
    one.identifier = example.prefix + std::to_string(one.row);
    one.date = Date(Date::parse("1998-06-12")->days() - static_cast<std::int32_t>(61 * i)).text();
    one.price = example.scale * (96'500 + 5'000 * deviates.next());
    one.price_at_date = one.price * (1 + 0.006 * static_cast<double>(i));
    one.adjusted_price = example.scale * (103'000 + 7'000 * deviates.next());
    one.similarity = 0.83 - 0.04 * static_cast<double>(i);
    if (example.location && i != 4) {
      one.longitude = -83.6195 + 0.006 * deviates.next();
      one.latitude = 41.6562 + 0.004 * deviates.next();
      one.distance = 350 + 140 * static_cast<double>(i);
    }
    one.attributes = {{"TLA", 1'700.0 + 35 * static_cast<double>(i)},
                      {"age", 55.0 + static_cast<double>(i)},
                      {"wall", std::string(i % 3 ? "brick" : "stucdrvt")},
                      {"lotsize", 8'200.0 + 300 * static_cast<double>(i)},
                      {"garagesqft", 380.0},
                      {"rooms", 7.0},
                      {"halfbaths", Cell{}}};
    all.push_back(std::move(one));
  }
  return all;
}

inline contracts::Valuation valuation_of(const Example& example, const Hash& model, const Hash& version) {
  contracts::Valuation v;
  v.valuation = sha256("valuation");
  v.model = model;
  v.version = version;
  v.champion = "xgboost";
  v.label = example.label;
  v.currency = "USD";
  v.area_unit = "ft2";
  v.date = *Date::parse("1998-10-31");
  v.subject = {{"yrbuilt", 1'940.0},
               {"age", 58.0},
               {"stories", std::string("two")},
               {"TLA", 1'760.0},
               {"wall", std::string("brick")},
               {"beds", 3.0},
               {"baths", 1.0},
               {"halfbaths", 1.0},
               {"frontage", 60.0},
               {"depth", Cell{}},
               {"garage", std::string("detached")},
               {"garagesqft", 400.0},
               {"rooms", 7.0},
               {"lotsize", 9'000.0},
               {"x", 508'000.0},
               {"y", 223'100.0},
               {"inspected", false}};
  if (example.location) {
    v.subject["longitude"] = -83.619482;
    v.subject["latitude"] = 41.656211;
    v.subject["distance_to_centre"] = 6'842.0;
  }
  const std::vector<std::pair<const char*, double>> effects{{"log price level of the 15 nearest", 0.331},
                                                            {"TLA", 0.182},
                                                            {"age", -0.141},
                                                            {"lotsize", 0.074},
                                                            {"wall", 0.066},
                                                            {"distance_to_centre", -0.041},
                                                            {"garagesqft", 0.037},
                                                            {"sale_date", 0.033},
                                                            {"halfbaths", 0.021},
                                                            {"rooms", 0.018},
                                                            {"beds", -0.012},
                                                            {"baths", -0.011},
                                                            {"frontage", 0.009},
                                                            {"depth", -0.008},
                                                            {"stories", 0.004},
                                                            {"garage", -0.003},
                                                            {"longitude", 0.002},
                                                            {"latitude", -0.001}};
  v.base_value = std::log(65'000 * example.scale);
  v.eta = v.base_value;
  for (const auto& [name, contribution] : effects) {
    const auto stated = v.subject.find(name);
    v.contributions.push_back({example.prefix + name, stated == v.subject.end() ? Cell(11.31) : stated->second,
                               contribution, std::exp(contribution)});
    v.eta += contribution;
  }
  v.value = std::exp(v.eta);
  v.interval80 = {0.80, v.value * 0.79, v.value * 1.27};
  v.interval95 = {0.95, v.value * 0.58, v.value * 1.71};
  v.shap_additivity_error = 2.2e-13;
  v.comparables = comparables_of(example);
  v.warnings = {example.prefix + "depth is not known", "TLA: 1760 lies above every training sale (600 to 1700)"};
  v.created_at = "2026-11-24T09:21:38.500Z";
  return v;
}

inline ReportSources sources_of(const Example& example = {}) {
  ReportSources sources;
  contracts::DatasetVersion imported, cleaned, located;
  imported.version = sha256("imported");
  imported.name = example.prefix + "Lucas County, Ohio, 1993-1998";
  imported.target = "price";
  imported.note = "import";
  imported.rows = 25'357;
  for (const char* name : {"TLA", "lotsize", "garagesqft"}) imported.columns.push_back({name, "number", "ft2", 0});
  imported.columns.push_back({"frontage", "number", "ft", 31});
  imported.columns.push_back({"yrbuilt", "number", "year", 0});
  imported.source =
      contracts::SourceView{example.prefix + "sales.csv", 3'061'482, sha256("file"), "csv", "utf-8", ",", "lf"};
  imported.created_at = "2026-11-24T09:00:00.000Z";
  cleaned = imported;
  cleaned.version = sha256("cleaned");
  cleaned.parent = imported.version;
  cleaned.note = "cleaning";
  cleaned.rows = 25'341;
  located = cleaned;
  located.version = sha256("located");
  located.parent = cleaned.version;
  located.note = "location of x, y in Lambert conformal conic";
  located.columns.push_back({"distance_to_centre", "number", "m", 0});
  sources.history = {imported, cleaned, located};
  contracts::CleaningReport report;
  report.version = cleaned;
  report.steps = {
      {"unknown_if",
       "depth < 1 means not known: 0 stands for a lot whose depth was not recorded",
       "depth",
       3'878,
       {1, 4, 9},
       {"0", "0", "0"},
       {"not known", "not known", "not known"},
       25'357},
      {"age_at",
       "age is the year of sale_date less yrbuilt, never below 0: age of the building at the sale",
       "age",
       138,
       {77},
       {"-1"},
       {"0"},
       25'357},
      {"drop_duplicates",
       example.prefix + "the first of rows with equal x, y, sale_date, price stays: the same sale recorded twice",
       "",
       16,
       {5'123},
       {},
       {},
       25'341}};
  sources.cleaning = {report};
  const Hash model = sha256("model");
  sources.evaluation = evaluation_of(example, model);
  sources.model = model_of(example, sources.evaluation, located.version);
  sources.valuation = valuation_of(example, model, located.version);
  return sources;
}

inline contracts::ReportRequest request_of(const ReportSources& sources, const std::string& language = "en") {
  contracts::ReportRequest request;
  request.valuation = sources.valuation.valuation;
  request.title = language == "en" ? "Valuation of a house in Lucas County, Ohio"
                                   : "Avaliação de uma casa no condado de Lucas, Ohio";
  request.purpose = "Demonstration: market value for information";
  request.language = language;
  return request;
}

inline report::ReportContent content_of(const ReportSources& sources, const contracts::ReportRequest& request) {
  return report::assemble(facts_of(request, identity_of(request, sources), sources).value()).value();
}

}  // namespace valion::reporting::testing
