#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

#include "domain/model/model_spec.hpp"
#include "domain/model/regressors.hpp"
#include "domain/model/sale_split.hpp"

namespace valion::model {
namespace {

constexpr std::array<std::pair<std::string_view, Transform>, 4> kTransforms{
    {{"none", Transform::none}, {"log", Transform::log}, {"sqrt", Transform::sqrt}, {"square", Transform::square}}};
constexpr std::int64_t kMostFolds = 20;
constexpr std::size_t kMostNeighbours = 1'000;
constexpr std::size_t kFewestTrainingSales = 50;

// Collects what is wrong under one message.
class Findings {
 public:
  void add(std::string pointer, std::string message, std::string column = {}) {
    error_.add(Violation{std::move(pointer), std::move(message), -1, std::move(column), {}});
  }
  void require(bool holds, const char* pointer, const std::string& message) {
    if (!holds) add(pointer, message);
  }
  [[nodiscard]] Result<void> verdict() {
    if (error_.violation_total == 0) return {};
    return fail(std::move(error_));
  }

 private:
  Error error_ = make_error(ErrorKind::invalid, "the model cannot be trained as asked");
};

std::string_view name_of(dataset::ColumnType type) {
  return type == dataset::ColumnType::number ? "number" : type == dataset::ColumnType::text ? "text" : "date";
}

// Null, with a finding, when the column is absent or of another type.
const dataset::Column* require_column(Findings& findings, const dataset::Table& table, const std::string& pointer,
                                      const std::string& name, dataset::ColumnType type) {
  const auto* column = table.find(name);
  if (column == nullptr) {
    findings.add(pointer, "there is no column «" + name + "» in the data set", name);
  } else if (column->type() != type) {
    findings.add(pointer, "must be a " + std::string(name_of(type)) + " column; «" + name + "» holds " +
                              std::string(name_of(column->type())), name);
    column = nullptr;
  }
  return column;
}

void check_leakage(Findings& findings, const ModelSpec& spec, const std::string& pointer, const std::string& column) {
  if (column == spec.target) {
    findings.add(pointer, "«" + column + "» is the target: a feature must be known before the sale", column);
  } else if (spec.benchmark && column == *spec.benchmark) {
    findings.add(pointer, "«" + column + "» is the benchmark, somebody else's value of the same property: as a feature it "
                 "would leak the price", column);
  } else if (spec.identifier && column == *spec.identifier) {
    findings.add(pointer, "«" + column + "» identifies a property: as a feature it would let the model look sales up", column);
  }
}

void check_features(Findings& findings, const ModelSpec& spec) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    const std::string pointer = "/features/" + std::to_string(i) + "/column";
    check_leakage(findings, spec, pointer, spec.features[i].column);
    if (!seen.insert(spec.features[i].column).second) {
      findings.add(pointer, "«" + spec.features[i].column + "» is chosen twice", spec.features[i].column);
    }
  }
  findings.require(!spec.features.empty() || spec.location.has_value(), "/features", "choose at least one feature, or a location");
}

void check_location(Findings& findings, const ModelSpec& spec) {
  if (!spec.location) return;
  check_leakage(findings, spec, "/location/longitude", spec.location->longitude);
  check_leakage(findings, spec, "/location/latitude", spec.location->latitude);
  findings.require(!spec.location->neighbours.empty(), "/location/neighbours", "name at least one number of neighbours");
  for (std::size_t i = 0; i < spec.location->neighbours.size(); ++i) {
    const auto k = spec.location->neighbours[i];
    if (k < 1 || k > kMostNeighbours) {
      findings.add("/location/neighbours/" + std::to_string(i), "must be 1 to " + std::to_string(kMostNeighbours));
    }
  }
}

void check_models(Findings& findings, const ModelSpec& spec) {
  findings.require(!spec.models.empty(), "/models", "name at least one model");
  std::string known;
  for (const auto& regressor : regressors()) known += (known.empty() ? "" : ", ") + std::string(regressor.name);
  for (std::size_t i = 0; i < spec.models.size(); ++i) {
    const std::string pointer = "/models/" + std::to_string(i);
    if (find_regressor(spec.models[i]) == nullptr) {
      findings.add(pointer, "«" + spec.models[i] + "» is no model; there are " + known);
    } else if (std::find(spec.models.begin(), spec.models.begin() + static_cast<std::ptrdiff_t>(i), spec.models[i]) !=
               spec.models.begin() + static_cast<std::ptrdiff_t>(i)) {
      findings.add(pointer, "«" + spec.models[i] + "» is named twice");
    }
  }
}

void check_request(Findings& findings, const ModelSpec& spec) {
  check_features(findings, spec);
  check_location(findings, spec);
  check_models(findings, spec);
  const SplitDates& split = spec.split;
  findings.require(split.calibration_from <= split.train_to, "/split/calibration_from", "must not be after train_to");
  findings.require(split.train_to < split.test_from, "/split/test_from",
                   "must be after train_to: a sale cannot both train and test");
  findings.require(!split.train_minimum_target || (std::isfinite(*split.train_minimum_target) && *split.train_minimum_target >= 0),
                   "/split/train_minimum_target", "must not be negative");
  findings.require(spec.folds >= 2 && spec.folds <= kMostFolds, "/folds", "must be 2 to " + std::to_string(kMostFolds));
  findings.require(spec.seed >= 0, "/seed", "must not be negative");
  findings.require(!spec.benchmark || *spec.benchmark != spec.target, "/benchmark", "is the target itself");
}

void check_feature_columns(Findings& findings, const ModelSpec& spec, const dataset::Table& table) {
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    const std::string pointer = "/features/" + std::to_string(i);
    const auto& choice = spec.features[i];
    const auto* column = table.find(choice.column);
    if (column == nullptr) {
      findings.add(pointer + "/column", "there is no column «" + choice.column + "» in the data set", choice.column);
    } else if (choice.transform != Transform::none && column->type() != dataset::ColumnType::number) {
      findings.add(pointer + "/transform", "only numbers can be transformed; «" + choice.column + "» holds " +
                                               std::string(name_of(column->type())), choice.column);
    }
  }
}

void check_periods(Findings& findings, const ModelSpec& spec, const dataset::Table& table) {
  const auto parts = split_sales(table, spec);
  const auto enough = [&](std::size_t n, const char* pointer, const char* period) {
    findings.require(n >= kFewestTrainingSales, pointer, "only " + std::to_string(n) + " sales " + period + "; at least " +
                                                             std::to_string(kFewestTrainingSales) + " are needed");
  };
  enough(parts.training.size(), "/split/train_to", "up to here can train");
  enough(parts.training_before.size(), "/split/calibration_from", "before this day can train the calibrating model");
  findings.require(!parts.calibration.empty(), "/split/calibration_from", "no sale between this day and train_to");
  findings.require(!parts.test.empty(), "/split/test_from", "no sale from this day on");
}

}  // namespace

std::optional<Transform> parse_transform(std::string_view name) {
  for (const auto& [text, transform] : kTransforms) {
    if (text == name) return transform;
  }
  return std::nullopt;
}

std::string_view name_of(Transform transform) noexcept {
  for (const auto& [text, candidate] : kTransforms) {
    if (candidate == transform) return text;
  }
  return "none";
}

Result<void> check(const ModelSpec& spec) {
  Findings findings;
  check_request(findings, spec);
  return findings.verdict();
}

Result<void> check(const ModelSpec& spec, const dataset::Table& table) {
  using dataset::ColumnType;
  Findings findings;
  check_request(findings, spec);
  check_feature_columns(findings, spec, table);
  const auto* target = require_column(findings, table, "/target", spec.target, ColumnType::number);
  const auto* date = require_column(findings, table, "/split/date", spec.split.date_column, ColumnType::date);
  if (spec.location) {
    require_column(findings, table, "/location/longitude", spec.location->longitude, ColumnType::number);
    require_column(findings, table, "/location/latitude", spec.location->latitude, ColumnType::number);
  }
  if (spec.benchmark) require_column(findings, table, "/benchmark", *spec.benchmark, ColumnType::number);
  if (spec.identifier && table.find(*spec.identifier) == nullptr) {
    findings.add("/identifier", "there is no column «" + *spec.identifier + "» in the data set", *spec.identifier);
  }
  if (target != nullptr && date != nullptr) check_periods(findings, spec, table);
  return findings.verdict();
}

}  // namespace valion::model
