// Which tenant has which reports: a row each, the record as JSON.
#pragma once

#include <optional>
#include <string>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "platform/sql/database.hpp"

namespace valion::reporting {

// Thread-safe (sql::Database is).
class ReportCatalogue {
 public:
  explicit ReportCatalogue(sql::Database& database);  // migrates; throws std::runtime_error when it cannot
  // Keeps the first record of a report and returns what is kept. Blocking.
  Result<std::string> add_blocking(const std::string& tenant, const Hash& report, const std::string& created_at,
                                   const std::string& record, const trace::Parent& span = {});
  // not_found also for another tenant's report.
  Async<Result<std::string>> find(const std::string& tenant, const Hash& report, trace::Parent span = {});
  Result<std::string> find_blocking(const std::string& tenant, const Hash& report, const trace::Parent& span = {});

  // The records of all tenants. Blocking.
  Result<std::vector<std::string>> all_records_blocking();

 private:
  sql::Database& database_;
};

}  // namespace valion::reporting
