// What this service has made, by tenant: the records of models and the valuations, as the JSON that was answered. Immutable:
// storing the same hash again keeps what is there.
#pragma once

#include <string>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "platform/sql/database.hpp"

namespace valion::ml {

class ModelCatalogue {
 public:
  explicit ModelCatalogue(sql::Database& database);  // migrates; throws when the database cannot be used

  // From a job thread. Returns the record that is kept: the first one of this model.
  [[nodiscard]] Result<std::string> add_model_blocking(const std::string& tenant, const Hash& model,
                                                       const std::string& created_at, const std::string& record,
                                                       const trace::Parent& span = {});
  // The record's JSON. not_found also for another tenant's.
  Async<Result<std::string>> find_model(const std::string& tenant, const Hash& model, trace::Parent span = {});
  // Newest first, at most `limit`.
  Async<Result<std::vector<std::string>>> list_models(const std::string& tenant, int limit, trace::Parent span = {});

  // Of all tenants: for figures that name nobody.
  Async<Result<std::vector<std::string>>> latest_models(int limit);

  Async<Result<std::string>> add_valuation(const std::string& tenant, const Hash& valuation,
                                           const std::string& created_at, const std::string& body,
                                           trace::Parent span = {});
  Async<Result<std::string>> find_valuation(const std::string& tenant, const Hash& valuation, trace::Parent span = {});

  // Of all tenants. Blocking.
  Result<std::vector<std::string>> all_models_blocking();

 private:
  sql::Database& database_;
};

}  // namespace valion::ml
