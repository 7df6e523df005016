// Training as a job: fetch the data set, train, store the model's bytes and its record.
#pragma once

#include <memory>

#include "contracts/ml.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/base_service.hpp"
#include "services/ml_service/model_catalogue.hpp"

namespace valion::ml {

// Where models go. Outlives the jobs: the runner ends them first.
struct ModelStorage {
  ModelStorage(const std::string& database_url, std::unique_ptr<ObjectStore> store)
      : database(database_url), catalogue(database), objects(std::move(store)) {}
  sql::Database database;
  ModelCatalogue catalogue;
  std::unique_ptr<ObjectStore> objects;
};

// The work of job `ml.training`: blocks, for a job thread. Its answer is the ModelRecord.
[[nodiscard]] Result<std::string> run_training(ServiceContext& context, ModelStorage& storage, const CallOrigin& origin,
                                               const contracts::TrainingRequest& request, jobs::JobContext& job);

}  // namespace valion::ml
