// What a model is asked to be: the domain's mirror of the training request. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/date.hpp"
#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::model {

// How the linear models see a number; trees see it as it is (they only compare).
enum class Transform { none, log, sqrt, square };
[[nodiscard]] std::optional<Transform> parse_transform(std::string_view name);
[[nodiscard]] std::string_view name_of(Transform transform) noexcept;

struct FeatureChoice {
  std::string column;
  Transform transform = Transform::none;
};

// Columns with the place of each sale (degrees, WGS 84) and the sizes of the neighbourhoods whose price level is a feature.
struct LocationChoice {
  std::string longitude, latitude;
  std::vector<std::size_t> neighbours;
};

// Who trains, who calibrates the intervals, who tests, by sale date (all bounds inclusive).
struct SplitDates {
  std::string date_column;
  Date calibration_from, train_to, test_from;
  std::optional<double> train_minimum_target;  // cheaper sales do not train; they do calibrate and test
};

struct ModelSpec {
  std::string target;  // a positive number column; every model works on its natural logarithm
  std::vector<FeatureChoice> features;
  std::optional<LocationChoice> location;
  SplitDates split;
  std::vector<std::string> models;        // names from regressors.hpp
  std::optional<std::string> benchmark;   // somebody else's values: compared with, never a feature
  std::optional<std::string> identifier;  // names a property; never a feature
  std::int64_t folds = 5;
  std::int64_t seed = 1;
};

// Name, unit and type of each column of a table.
struct ColumnKind {
  std::string name;
  std::string unit;
  dataset::ColumnType type = dataset::ColumnType::number;
};
using Schema = std::vector<ColumnKind>;

[[nodiscard]] Schema schema_of(const dataset::Table& table);

// Every broken rule at once, with JSON Pointers into the training request (`/features/3/column`): unknown or mistyped
// columns, a feature that leaks the answer (target, benchmark, identifier), periods out of order, numbers out of range.
// ErrorKind::invalid. Needs no data, so a request can be refused before its data set is fetched.
[[nodiscard]] Result<void> check(const ModelSpec& spec, const Schema& schema);

// The same, and periods without enough sales.
[[nodiscard]] Result<void> check(const ModelSpec& spec, const dataset::Table& table);

}  // namespace valion::model
