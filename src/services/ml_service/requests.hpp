// From the API's words to the domain's.
#pragma once

#include "base/result.hpp"
#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "domain/model/model_spec.hpp"

namespace valion::ml {

// Everything the request says about the model. ErrorKind::invalid for words the domain does not have (transforms).
[[nodiscard]] Result<model::ModelSpec> to_spec(const contracts::TrainingRequest& request);

// The columns of a dataset version. bad_gateway for a type we do not know.
[[nodiscard]] Result<model::Schema> to_schema(const contracts::DatasetVersion& version);

// Rules of the request that are not the model's: name, currency, area unit. Joined with the model's own findings against
// the schema, so that the caller learns all of them at once. ErrorKind::invalid.
[[nodiscard]] Result<model::ModelSpec> check_request(const contracts::TrainingRequest& request,
                                                     const model::Schema& schema);

}  // namespace valion::ml
