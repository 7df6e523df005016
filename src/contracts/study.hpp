// A study file: everything that a run needs to know about a market, so that none of it is in code.
// Paths are relative to the file. `valion demo`, `valion study run` read it; each part becomes one request to a service.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "contracts/data.hpp"
#include "contracts/geospatial.hpp"
#include "contracts/ml.hpp"
#include "contracts/reports.hpp"

namespace valion::contracts {

struct StudyData {
  std::string file;
  std::string target;
  std::string date;  // the sale date column (of the file, or made by a cleaning rule)
  std::string currency;
  std::string area_unit;
  std::vector<ColumnDeclaration> columns;
  std::vector<CleaningRule> cleaning;
  std::optional<std::string> benchmark, identifier;
  static constexpr std::array kDefaulted{"columns", "cleaning"};
};
BOOST_DESCRIBE_STRUCT(StudyData, (),
                      (file, target, date, currency, area_unit, columns, cleaning, benchmark, identifier))

struct StudyLocation {
  std::string crs, x, y;
  Centre centre;
  std::vector<std::int64_t> neighbours{5, 15, 50};
  static constexpr std::array kDefaulted{"neighbours"};
};
BOOST_DESCRIBE_STRUCT(StudyLocation, (), (crs, x, y, centre, neighbours))

struct StudySplit {
  Date calibration_from, train_to, test_from;
  std::optional<double> train_minimum_target;
};
BOOST_DESCRIBE_STRUCT(StudySplit, (), (calibration_from, train_to, test_from, train_minimum_target))

struct StudyModel {
  std::vector<FeatureSpec> features;
  std::vector<std::string> models{"ols", "elastic_net", "xgboost"};
  std::int64_t folds = 5;
  std::int64_t seed = 1;
  static constexpr std::array kDefaulted{"models", "folds", "seed"};
};
BOOST_DESCRIBE_STRUCT(StudyModel, (), (features, models, folds, seed))

struct StudyValuation {
  std::string label;
  Date date;
  Attributes subject;  // x and y in the study's CRS among them
};
BOOST_DESCRIBE_STRUCT(StudyValuation, (), (label, date, subject))

struct StudyReport {
  std::string title;
  std::optional<std::string> client, purpose, prepared_by;
  std::string language = "en";
  static constexpr std::array kDefaulted{"language"};
};
BOOST_DESCRIBE_STRUCT(StudyReport, (), (title, client, purpose, prepared_by, language))

struct Study {
  std::string name;
  StudyData data;
  StudyLocation location;
  StudySplit split;
  StudyModel model;
  StudyValuation valuation;
  StudyReport report;
};
BOOST_DESCRIBE_STRUCT(Study, (), (name, data, location, split, model, valuation, report))

}  // namespace valion::contracts
