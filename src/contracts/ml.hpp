// ml_service: models, their honest evaluation, and explained values.
//
//   POST /ml/models                            TrainingRequest      > 202, a job whose result is ModelRecord
//   GET  /ml/models                                                 > ModelList (newest first)
//   GET  /ml/models/{model}                                         > ModelRecord
//   GET  /ml/models/{model}/evaluation                              > EvaluationRows (the test period, row by row)
//   POST /ml/models/{model}/valuations         ValuationRequest     > 201 Valuation
//   GET  /ml/valuations/{valuation}                                 > Valuation
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/hash.hpp"
#include "platform/json/member.hpp"

namespace valion::contracts {

struct FeatureSpec {
  std::string column;
  std::string transform = "none";  // none, log, sqrt, square: for the linear models; trees see the plain value
  static constexpr std::array kDefaulted{"transform"};
  static constexpr std::array kMembers{json::member("column").characters(1, 500),
                                       json::member("transform")
                                           .one_of("none log sqrt square")
                                           .says("for the linear models; trees see the plain value",
                                                 "para os modelos lineares; árvores veem o valor puro")};
};
BOOST_DESCRIBE_STRUCT(FeatureSpec, (), (column, transform))

// Spatial price levels: for each k the mean log price of the k nearest training sales, never the property's own.
struct NeighbourSpec {
  std::string longitude = "longitude";
  std::string latitude = "latitude";
  std::vector<std::int64_t> neighbours{5, 15, 50};
  static constexpr std::array kDefaulted{"longitude", "latitude", "neighbours"};
  static constexpr std::array kMembers{json::member("longitude").characters(1, 500),
                                       json::member("latitude").characters(1, 500),
                                       json::member("neighbours").elements(1, 20).range(1, 1000)};
};
BOOST_DESCRIBE_STRUCT(NeighbourSpec, (), (longitude, latitude, neighbours))

// Who trains, who calibrates the intervals, who tests: by sale date, so that nothing of the future reaches a feature.
// Sales up to train_to train the final model; those from calibration_from to train_to are first predicted by a model of
// the sales before, which calibrates the intervals; sales from test_from on test, untrimmed.
struct SplitSpec {
  std::string date;
  Date calibration_from;
  Date train_to;
  Date test_from;
  std::optional<double> train_minimum_target;
  static constexpr std::array kMembers{
      json::member("date").characters(1, 500).says("the column with the day of sale", "a coluna com o dia da venda"),
      json::member("train_minimum_target").at_least(0)};
};
BOOST_DESCRIBE_STRUCT(SplitSpec, (), (date, calibration_from, train_to, test_from, train_minimum_target))

struct TrainingRequest {
  std::string name;
  Hash version;
  std::string target;
  std::string currency;   // ISO 4217
  std::string area_unit;  // m2, ft2
  std::vector<FeatureSpec> features;
  std::optional<NeighbourSpec> location;
  SplitSpec split;
  std::vector<std::string> models{"ols", "elastic_net", "xgboost"};
  std::optional<std::string> benchmark;   // a column with somebody else's values: compared, never a feature
  std::optional<std::string> identifier;  // a column that names a property
  std::int64_t folds = 5;
  std::int64_t seed = 1;
  static constexpr std::array kDefaulted{"models", "folds", "seed"};
  static constexpr std::array kMembers{
      json::member("name").characters(1, 200),
      json::member("target").characters(1, 500),
      json::member("currency").characters(3, 3).alphabet("A-Z").says("ISO 4217", "ISO 4217"),
      json::member("area_unit").one_of("m2 ft2"),
      json::member("features").elements(0, 5000),
      json::member("models").elements(1, 3).one_of("ols elastic_net xgboost").distinct(),
      json::member("benchmark")
          .characters(1, 500)
          .says("a column with somebody else's values: compared, never a feature",
                "uma coluna com valores de terceiros: comparada, nunca característica"),
      json::member("identifier")
          .characters(1, 500)
          .says("a column that names a property", "uma coluna que identifica o imóvel"),
      json::member("folds").range(2, 20),
      json::member("seed").at_least(0)};
};
BOOST_DESCRIBE_STRUCT(TrainingRequest, (),
                      (name, version, target, currency, area_unit, features, location, split, models, benchmark,
                       identifier, folds, seed))

// Fractions, except cod (percent, as is customary). Ratio = estimate / price.
struct Metrics {
  std::int64_t n = 0;
  double mdape = 0, mape = 0, ppe10 = 0, ppe20 = 0;
  double median_ratio = 0, cod = 0, prd = 0, prb = 0;
  double r2 = 0;                                 // in currency
  std::optional<double> coverage80, coverage95;  // share of prices inside the intervals
  static constexpr std::array kMembers{
      json::member("cod").says("in percent, as is customary; the others are fractions",
                               "em porcentagem, como de costume; as demais são frações")};
};
BOOST_DESCRIBE_STRUCT(Metrics, (),
                      (n, mdape, mape, ppe10, ppe20, median_ratio, cod, prd, prb, r2, coverage80, coverage95))

struct CoefficientView {
  std::string term;
  double estimate = 0;
  std::optional<double> standard_error, t, p;  // ols only
};
BOOST_DESCRIBE_STRUCT(CoefficientView, (), (term, estimate, standard_error, t, p))

struct CandidateResult {
  std::string model;         // ols, elastic_net, xgboost
  Metrics cross_validation;  // training sales, every preprocessing inside the fold
  Metrics test;              // the test period, untrimmed
  double seconds = 0;
  std::vector<CoefficientView> coefficients;  // linear models
  std::string notes;                          // chosen lambda, number of trees, …
  static constexpr std::array kMembers{
      json::member("model").one_of("ols elastic_net xgboost"),
      json::member("test").says("the test period, untrimmed", "o período de teste, sem cortes")};
};
BOOST_DESCRIBE_STRUCT(CandidateResult, (), (model, cross_validation, test, seconds, coefficients, notes))

struct FeatureImportance {
  std::string feature;
  double mean_absolute_contribution = 0;  // on the model's scale (log of price)
};
BOOST_DESCRIBE_STRUCT(FeatureImportance, (), (feature, mean_absolute_contribution))

struct ModelRecord {
  Hash model;  // SHA-256 of the model's bytes
  TrainingRequest request;
  std::string champion;  // the candidate with the least cross-validated mdape
  std::vector<CandidateResult> candidates;
  Metrics test;                               // the champion's, untrimmed, with coverage
  Metrics test_trimmed;                       // the same on sales of at least train_minimum_target
  std::optional<Metrics> benchmark;           // raw
  std::optional<Metrics> benchmark_rescaled;  // divided by its median ratio in the calibration period
  double trend_per_year = 0;                  // market trend estimated on training sales, log scale
  std::vector<FeatureImportance> importance;
  double shap_additivity_error = 0;  // the largest seen, relative to max(1, |eta|)
  std::int64_t n_train = 0;
  std::int64_t n_test = 0;
  std::string created_at;
  double seconds = 0;
  std::string engine;  // library versions and threads: what a bit-for-bit replay needs
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;  // of the stored document
  static constexpr std::array kDefaulted{"format"};
  static constexpr std::array kMembers{
      json::member("model").says("the SHA-256 of the model's bytes", "o SHA-256 dos bytes do modelo"),
      json::member("champion")
          .one_of("ols elastic_net xgboost")
          .says("the candidate with the least cross-validated median error",
                "o candidato de menor erro mediano na validação cruzada"),
      json::member("created_at").form("date-time"),
      json::member("engine").says("what a bit-for-bit replay needs", "o que uma repetição bit a bit precisa")};
};
BOOST_DESCRIBE_STRUCT(ModelRecord, (),
                      (model, request, champion, candidates, test, test_trimmed, benchmark, benchmark_rescaled,
                       trend_per_year, importance, shap_additivity_error, n_train, n_test, created_at, seconds, engine,
                       format))

struct ModelList {
  std::vector<ModelRecord> models;
};
BOOST_DESCRIBE_STRUCT(ModelList, (), (models))

// Column-wise, one entry per test sale.
struct EvaluationRows {
  Hash model;
  std::vector<std::string> date;
  std::vector<double> price, estimate, lower80, upper80;
  std::vector<std::optional<double>> benchmark;  // empty without a benchmark column
  static constexpr std::array kMembers{
      json::member("date").says("one entry for each sale of the test period, in every column",
                                "um item para cada venda do período de teste, em cada coluna")};
};
BOOST_DESCRIBE_STRUCT(EvaluationRows, (), (model, date, price, estimate, lower80, upper80, benchmark))

struct ValuationRequest {
  std::string label;   // «2045 Collingwood Blvd»
  Date date;           // the reference date of the value
  Attributes subject;  // by column; location columns as the data set has them
  std::int64_t comparables = 6;
  static constexpr std::array kDefaulted{"comparables"};
  static constexpr std::array kMembers{
      json::member("label").characters(0, 500).says("what people call the property", "como as pessoas chamam o imóvel"),
      json::member("date").says("the reference date of the value", "a data de referência do valor"),
      json::member("subject").elements(0, 5000).says("by column; location columns as the data set has them",
                                                     "por coluna; localização como no conjunto de dados"),
      json::member("comparables").range(0, 100)};
};
BOOST_DESCRIBE_STRUCT(ValuationRequest, (), (label, date, subject, comparables))

struct Interval {
  double level = 0.8;
  double lower = 0, upper = 0;  // currency
};
BOOST_DESCRIBE_STRUCT(Interval, (), (level, lower, upper))

struct Contribution {
  std::string feature;
  Cell value;
  double contribution = 0;  // on the model's scale; base_value + sum = eta
  double factor = 1;        // exp(contribution) for a log target: this feature multiplies the value by it
  static constexpr std::array kMembers{json::member("contribution")
                                           .says("on the model's scale: base_value and all of them sum to eta",
                                                 "na escala do modelo: base_value e todas somam eta"),
                                       json::member("factor").says("for a logarithmic target: multiplies the value",
                                                                   "para alvo logarítmico: multiplica o valor")};
};
BOOST_DESCRIBE_STRUCT(Contribution, (), (feature, value, contribution, factor))

struct Comparable {
  std::int64_t row = 0;  // 1-based, of the imported file
  std::string identifier;
  std::string date;
  double price = 0;
  double price_at_date = 0;   // moved to the valuation date by the model's trend
  double adjusted_price = 0;  // and to the subject's characteristics, by the model
  double distance = 0;        // metres
  double similarity = 0;      // 0–1, see domain/model/comparables.hpp
  std::optional<double> longitude, latitude;
  Attributes attributes;
  static constexpr std::array kMembers{
      json::member("price_at_date")
          .says("moved to the valuation date by the model's trend",
                "levado à data da avaliação pela tendência do modelo"),
      json::member("adjusted_price").says("and to the subject's characteristics", "e às características do avaliando"),
      json::member("distance").says("metres", "metros"), json::member("similarity").says("0 to 1", "0 a 1")};
};
BOOST_DESCRIBE_STRUCT(Comparable, (),
                      (row, identifier, date, price, price_at_date, adjusted_price, distance, similarity, longitude,
                       latitude, attributes))

struct Valuation {
  Hash valuation;  // SHA-256 of everything below but created_at
  Hash model;
  Hash version;
  std::string champion;
  std::string label;
  std::string currency;
  std::string area_unit;
  Date date;
  Attributes subject;
  double value = 0;  // currency; the median for a log target
  Interval interval80, interval95;
  double eta = 0;  // the prediction on the model's scale
  double base_value = 0;
  std::vector<Contribution> contributions;  // largest first
  double shap_additivity_error = 0;
  std::vector<Comparable> comparables;
  std::vector<std::string> warnings;  // extrapolations, missing characteristics
  std::string created_at;
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;  // of the stored document
  static constexpr std::array kDefaulted{"format"};
  static constexpr std::array kMembers{
      json::member("valuation")
          .says("the SHA-256 of everything below but created_at", "o SHA-256 de tudo abaixo menos created_at"),
      json::member("value").says("in the currency; the median for a logarithmic target",
                                 "na moeda; a mediana para alvo logarítmico"),
      json::member("contributions").says("largest first", "da maior para a menor"),
      json::member("warnings")
          .says("extrapolations, missing characteristics", "extrapolações, características ausentes"),
      json::member("created_at").form("date-time")};
};
BOOST_DESCRIBE_STRUCT(Valuation, (),
                      (valuation, model, version, champion, label, currency, area_unit, date, subject, value,
                       interval80, interval95, eta, base_value, contributions, shap_additivity_error, comparables,
                       warnings, created_at, format))

}  // namespace valion::contracts
