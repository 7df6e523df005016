// Dataset versions as data_processing keeps them: the Arrow file in the object store, its row in the catalogue.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/identity.hpp"
#include "contracts/data.hpp"
#include "domain/dataset/table.hpp"
#include "platform/async/cpu_pool.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/sql/database.hpp"
#include "storage/dataset_catalogue.hpp"

namespace valion::data {

// A table on its way to becoming a version.
struct Draft {
  dataset::Table table;
  std::optional<Hash> parent;
  std::string name;
  std::string target;
  std::string note;
  std::optional<contracts::SourceView> source;
  std::vector<contracts::CleaningStep> steps;  // since the import
};

// A version opened: what describes it, and its content.
struct OpenVersion {
  contracts::DatasetVersion description;
  dataset::Table table;
  std::vector<contracts::CleaningStep> steps;
};

class VersionStore {
 public:
  // Throws std::runtime_error when the database cannot be used.
  VersionStore(const std::string& database_url, std::unique_ptr<ObjectStore> objects, CpuPool& cpu);

  // Equal drafts give the same version, which then keeps its first `created_at`.
  Async<Result<contracts::DatasetVersion>> store(Principal principal, Draft draft, trace::Parent span = {});
  // The three answer not_found for another tenant's version.
  Async<Result<contracts::DatasetVersion>> find(Principal principal, Hash version, trace::Parent span = {});
  Async<Result<OpenVersion>> open(Principal principal, Hash version, trace::Parent span = {});
  Async<Result<std::filesystem::path>> file(Principal principal, Hash version, trace::Parent span = {});

  [[nodiscard]] sql::Database& database() noexcept { return database_; }

 private:
  sql::Database database_;
  storage::DatasetCatalogue catalogue_;
  std::unique_ptr<ObjectStore> objects_;
  CpuPool& cpu_;
};

}  // namespace valion::data
