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
constexpr std::ptrdiff_t kFewestTestSales = 3;

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

const ColumnKind* find(const Schema& schema, const std::string& name) {
  const auto found =
      std::find_if(schema.begin(), schema.end(), [&](const ColumnKind& kind) { return kind.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

const ColumnKind* require_column(Findings& findings, const Schema& schema, const std::string& pointer,
                                 const std::string& name) {
  const auto* column = find(schema, name);
  if (column == nullptr) findings.add(pointer, "there is no column «" + name + "» in the data set", name);
  return column;
}

void require_type(Findings& findings, const Schema& schema, const std::string& pointer, const std::string& name,
                  dataset::ColumnType type) {
  const auto* column = require_column(findings, schema, pointer, name);
  if (column == nullptr || column->type == type) return;
  findings.add(
      pointer,
      "must be a " + std::string(name_of(type)) + " column; «" + name + "» holds " + std::string(name_of(column->type)),
      name);
}

void check_leakage(Findings& findings, const ModelSpec& spec, const std::string& pointer, const std::string& column) {
  if (column == spec.target) {
    findings.add(pointer, "«" + column + "» is the target: a feature must be known before the sale", column);
  } else if (spec.benchmark && column == *spec.benchmark) {
    findings.add(pointer,
                 "«" + column +
                     "» is the benchmark, somebody else's value of the same property: as a feature it "
                     "would leak the price",
                 column);
  } else if (spec.identifier && column == *spec.identifier) {
    findings.add(pointer, "«" + column + "» identifies a property: as a feature it would let the model look sales up",
                 column);
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
  findings.require(!spec.features.empty() || spec.location.has_value(), "/features",
                   "choose at least one feature, or a location");
}

void check_location(Findings& findings, const ModelSpec& spec) {
  if (!spec.location) return;
  check_leakage(findings, spec, "/location/longitude", spec.location->longitude);
  check_leakage(findings, spec, "/location/latitude", spec.location->latitude);
  findings.require(!spec.location->neighbours.empty(), "/location/neighbours",
                   "name at least one number of neighbours");
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

void check_rules(Findings& findings, const ModelSpec& spec) {
  check_features(findings, spec);
  check_location(findings, spec);
  check_models(findings, spec);
  const SplitDates& split = spec.split;
  findings.require(split.calibration_from <= split.train_to, "/split/calibration_from", "must not be after train_to");
  findings.require(split.train_to < split.test_from, "/split/test_from",
                   "must be after train_to: a sale cannot both train and test");
  findings.require(
      !split.train_minimum_target || (std::isfinite(*split.train_minimum_target) && *split.train_minimum_target >= 0),
      "/split/train_minimum_target", "must not be negative");
  findings.require(spec.folds >= 2 && spec.folds <= kMostFolds, "/folds", "must be 2 to " + std::to_string(kMostFolds));
  findings.require(spec.seed >= 0, "/seed", "must not be negative");
  findings.require(!spec.benchmark || *spec.benchmark != spec.target, "/benchmark", "is the target itself");
}

void check_columns(Findings& findings, const ModelSpec& spec, const Schema& schema) {
  using dataset::ColumnType;
  for (std::size_t i = 0; i < spec.features.size(); ++i) {
    const std::string pointer = "/features/" + std::to_string(i);
    const auto& choice = spec.features[i];
    const auto* column = require_column(findings, schema, pointer + "/column", choice.column);
    if (column != nullptr && choice.transform != Transform::none && column->type != ColumnType::number) {
      findings.add(
          pointer + "/transform",
          "only numbers can be transformed; «" + choice.column + "» holds " + std::string(name_of(column->type)),
          choice.column);
    }
  }
  require_type(findings, schema, "/target", spec.target, ColumnType::number);
  require_type(findings, schema, "/split/date", spec.split.date_column, ColumnType::date);
  if (spec.location) {
    require_type(findings, schema, "/location/longitude", spec.location->longitude, ColumnType::number);
    require_type(findings, schema, "/location/latitude", spec.location->latitude, ColumnType::number);
  }
  if (spec.benchmark) require_type(findings, schema, "/benchmark", *spec.benchmark, ColumnType::number);
  if (spec.identifier) require_column(findings, schema, "/identifier", *spec.identifier);
}

void check_periods(Findings& findings, const ModelSpec& spec, const dataset::Table& table) {
  const auto parts = split_sales(table, spec);
  const auto enough = [&](std::size_t n, const char* pointer, const char* period) {
    findings.require(n >= kFewestTrainingSales, pointer,
                     "only " + std::to_string(n) + " sales " + period + "; at least " +
                         std::to_string(kFewestTrainingSales) + " are needed");
  };
  enough(parts.training.size(), "/split/train_to", "up to here can train");
  enough(parts.training_before.size(), "/split/calibration_from", "before this day can train the calibrating model");
  findings.require(!parts.calibration.empty(), "/split/calibration_from", "no sale between this day and train_to");
  const auto& price = table.find(spec.target)->numbers();
  const auto sold = std::count_if(parts.test.begin(), parts.test.end(), [&](std::size_t row) {
    return price[row] >= spec.split.train_minimum_target.value_or(0);
  });
  findings.require(sold >= kFewestTestSales, "/split/test_from",
                   "only " + std::to_string(sold) +
                       " sales of at least train_minimum_target from this day on; at least " +
                       std::to_string(kFewestTestSales) + " are needed");
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

Schema schema_of(const dataset::Table& table) {
  Schema schema;
  for (const auto& column : table.columns) schema.push_back({column.name, column.unit, column.type()});
  return schema;
}

Result<void> check(const ModelSpec& spec, const Schema& schema) {
  Findings findings;
  check_rules(findings, spec);
  check_columns(findings, spec, schema);
  return findings.verdict();
}

Result<void> check(const ModelSpec& spec, const dataset::Table& table) {
  VALION_TRY(check(spec, schema_of(table)));
  Findings findings;
  check_periods(findings, spec, table);
  return findings.verdict();
}

}  // namespace valion::model
