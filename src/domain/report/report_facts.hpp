// What a valuation report is told: plain values, given, nothing computed. report_content.hpp adds what follows from them.
// Money in the currency of the statement; ratios and shares as fractions (cod in percent).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/hash.hpp"
#include "domain/report/map_frame.hpp"
#include "domain/report/ratio_reading.hpp"

namespace valion::report {

struct Span {
  double level = 0.8;
  double lower = 0, upper = 0;
};

struct Statement {
  std::string title;
  std::string label;  // of the subject
  std::optional<std::string> client, purpose, prepared_by;
  std::string currency;   // ISO 4217
  std::string area_unit;  // m2, ft2
  Date reference_date;
  double value = 0;
  Span span80, span95;
  std::string created_at;  // RFC 3339: of the valuation
};

struct Identities {
  Hash report, valuation, model, version;
};

struct Characteristic {
  std::string name, unit;
  Cell value;
};

struct FeatureEffect {
  std::string name, unit;
  Cell value;
  double contribution = 0;  // on the log scale
};

struct Explanation {
  double base_value = 0;  // log scale
  double eta = 0;
  std::vector<FeatureEffect> effects;  // largest first
  double additivity_error = 0;
};

struct ComparableLine {
  std::int64_t row = 0;
  std::string identifier;
  std::optional<Date> date;
  double price = 0, price_at_date = 0, adjusted_price = 0;
  double distance = 0;  // metres; negative: not known
  double similarity = 0;
  std::optional<Place> place;
  Attributes attributes;
};

struct Source {
  std::string file_name, format, encoding;
  std::int64_t bytes = 0;
  Hash sha256;
};

struct CleaningLine {
  std::string rule, description, column;
  std::int64_t rows_touched = 0, rows_left = 0;
  std::vector<std::int64_t> rows;
  std::vector<std::string> before, after;
};

// One step of the data set's history, first import first.
struct VersionLine {
  Hash version;
  std::string note;
  std::int64_t rows = 0;
  std::size_t columns = 0;
  std::string created_at;
};

struct DataFacts {
  std::string name, target;
  std::optional<Source> source;
  std::vector<VersionLine> history;
  std::vector<CleaningLine> cleaning;
};

struct Accuracy {
  std::int64_t n = 0;
  double mdape = 0, mape = 0, ppe10 = 0, ppe20 = 0;
  double median_ratio = 0, cod = 0, prd = 0, prb = 0;
  double r2 = 0;
  std::optional<double> coverage80, coverage95;
};

struct Coefficient {
  std::string term;
  double estimate = 0;
  std::optional<double> standard_error, t, p;
};

struct Candidate {
  std::string model;
  Accuracy cross_validation, test;
  double seconds = 0;
  std::vector<Coefficient> coefficients;
  std::string notes;
};

struct Importance {
  std::string feature;
  double mean_absolute_contribution = 0;  // log scale
};

struct ModelFacts {
  std::string name, champion;
  std::vector<std::string> features;
  std::vector<std::int64_t> neighbours;  // sizes of the neighbourhoods whose price level is a feature
  std::vector<Candidate> candidates;
  std::vector<Importance> importance;  // largest first
  Date calibration_from, train_to, test_from;
  std::optional<double> train_minimum_target;
  std::optional<std::string> benchmark_column;
  Accuracy test, test_trimmed;
  std::optional<Accuracy> benchmark, benchmark_rescaled;
  double trend_per_year = 0;  // log scale
  std::int64_t n_train = 0, n_test = 0, folds = 0, seed = 0;
  std::string created_at, engine;
};

struct ReportFacts {
  Identities identities;
  Statement statement;
  std::vector<Characteristic> subject;
  std::optional<Place> place;  // of the subject
  Explanation explanation;
  std::vector<ComparableLine> comparables;
  DataFacts data;
  ModelFacts model;
  std::vector<TestSale> test_sales;
  std::vector<std::string> warnings;
};

}  // namespace valion::report
