// A trained model as bytes: what the object store keeps, named by its SHA-256. The bytes hold everything that values and
// explains, the request, and the engine; equal data, request, engine give equal bytes. No times, no tenant.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "contracts/ml.hpp"
#include "domain/model/training.hpp"

namespace valion::ml {

struct StoredModel {
  contracts::TrainingRequest request;
  std::string engine;
  model::TrainedModel trained;
};

[[nodiscard]] std::string encode_model(const StoredModel& stored);

// Any bytes whatever: malformed when they are not a model of this version of the format, whole and consistent.
[[nodiscard]] Result<StoredModel> decode_model(std::string_view bytes);

}  // namespace valion::ml
