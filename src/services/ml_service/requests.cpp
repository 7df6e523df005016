#include "services/ml_service/requests.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace valion::ml {
namespace {

// Adds what is wrong and returns the spec with what could be understood.
model::ModelSpec read_spec(const contracts::TrainingRequest& request, Error& error) {
  model::ModelSpec spec;
  spec.target = request.target;
  for (std::size_t i = 0; i < request.features.size(); ++i) {
    const auto& feature = request.features[i];
    const auto transform = model::parse_transform(feature.transform);
    if (!transform) {
      error.add({"/features/" + std::to_string(i) + "/transform", "must be none, log, sqrt or square", -1,
                 feature.column, feature.transform});
    }
    spec.features.push_back({feature.column, transform.value_or(model::Transform::none)});
  }
  if (request.location) {
    model::LocationChoice location{request.location->longitude, request.location->latitude, {}};
    for (const auto k : request.location->neighbours)
      location.neighbours.push_back(k < 0 ? 0 : static_cast<std::size_t>(k));
    spec.location = std::move(location);
  }
  const auto& split = request.split;
  spec.split = {split.date, split.calibration_from, split.train_to, split.test_from, split.train_minimum_target};
  spec.models = request.models;
  spec.benchmark = request.benchmark;
  spec.identifier = request.identifier;
  spec.folds = request.folds;
  spec.seed = request.seed;
  return spec;
}

}  // namespace

Result<model::ModelSpec> to_spec(const contracts::TrainingRequest& request) {
  Error error = make_error(ErrorKind::invalid, "the model cannot be trained as asked");
  auto spec = read_spec(request, error);
  if (error.violation_total > 0) return fail(std::move(error));
  return spec;
}

Result<model::Schema> to_schema(const contracts::DatasetVersion& version) {
  using dataset::ColumnType;
  constexpr std::array<std::pair<std::string_view, ColumnType>, 3> kTypes{
      {{"number", ColumnType::number}, {"text", ColumnType::text}, {"date", ColumnType::date}}};
  model::Schema schema;
  for (const auto& column : version.columns) {
    const auto type =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) { return known.first == column.type; });
    if (type == kTypes.end()) {
      return fail(ErrorKind::bad_gateway,
                  "data_processing says that column «" + column.name + "» is of type «" + column.type + "»");
    }
    schema.push_back({column.name, column.unit, type->second});
  }
  return schema;
}

Result<model::ModelSpec> check_request(const contracts::TrainingRequest& request, const model::Schema& schema) {
  Error error = make_error(ErrorKind::invalid, "the model cannot be trained as asked");
  auto spec = read_spec(request, error);
  if (const auto sound = model::check(spec, schema); !sound) {
    for (const auto& violation : sound.error().violations) error.add(violation);
    error.violation_total += sound.error().violation_total - static_cast<std::int64_t>(sound.error().violations.size());
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return spec;
}

}  // namespace valion::ml
