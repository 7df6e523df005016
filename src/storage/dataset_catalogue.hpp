// Which dataset versions a tenant has: the SQL side of data_processing's storage. The tables themselves are objects.
#pragma once

#include <string>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "platform/sql/database.hpp"

namespace valion::storage {

struct CatalogueEntry {
  std::string tenant;
  Hash version;
  Hash parent;  // empty: imported
  std::string name;
  std::int64_t rows = 0;
  std::string created_at;   // RFC 3339
  std::string created_by;   // user
  std::string description;  // JSON, for whoever wrote it: what an answer needs without opening the table
};

class DatasetCatalogue {
 public:
  explicit DatasetCatalogue(
      sql::Database& database);  // migrates; throws std::runtime_error when the database cannot be used

  // A version is named by its content, so adding what is there changes nothing. Returns the entry that is there afterwards.
  Async<Result<CatalogueEntry>> add(CatalogueEntry entry, trace::Parent span = {});
  // not_found when there is none, or it is another tenant's.
  Async<Result<CatalogueEntry>> find(std::string tenant, Hash version, trace::Parent span = {});

  // The versions of all tenants. Blocking.
  Result<std::vector<std::string>> all_versions_blocking();

 private:
  sql::Database& database_;
};

}  // namespace valion::storage
