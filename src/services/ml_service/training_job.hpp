// Training as a job: fetch the data set, train, store the model's bytes and its record.
#pragma once

#include <memory>

#include "contracts/ml.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/base_service.hpp"
#include "services/ml_service/model_catalogue.hpp"

namespace valion::ml {

// Where models go. Shared with the jobs that run, so that it outlives them.
struct ModelStorage {
  ModelStorage(const std::string& database_url, const std::filesystem::path& folder)
      : database(database_url), catalogue(database), objects(folder / "objects") {}
  sql::Database database;
  ModelCatalogue catalogue;
  ObjectStore objects;
};

// The work of job `ml.training`; its answer is the ModelRecord. `context` outlives the job.
[[nodiscard]] jobs::Work training_work(ServiceContext& context, std::shared_ptr<ModelStorage> storage,
                                       CallOrigin origin, contracts::TrainingRequest request);

}  // namespace valion::ml
