// The work of one report: fetch, compute, draw, keep.
#pragma once

#include <memory>
#include <string>

#include "contracts/reports.hpp"
#include "platform/objects/object_store.hpp"
#include "platform/service/base_service.hpp"
#include "services/reporting_service/report_catalogue.hpp"
#include "services/reporting_service/report_sources.hpp"

namespace valion::reporting {

// Outlives the jobs: the runner ends them first.
struct ReportStorage {
  ReportStorage(const std::string& database_url, std::unique_ptr<ObjectStore> store)
      : database(database_url), catalogue(database), objects(std::move(store)) {}
  sql::Database database;
  ReportCatalogue catalogue;
  std::unique_ptr<ObjectStore> objects;
};

// Through the registry, blocking. Errors: those of the services asked, and bad_gateway when a history has no end.
[[nodiscard]] Result<ReportSources> fetch_sources(ServiceContext& context, const CallOrigin& origin,
                                                  const Hash& valuation);

// The work of job `reports.render`: blocks, for a job thread. A report already kept for the tenant is answered as it is; the
// bytes would be the same.
[[nodiscard]] Result<std::string> run_report(ServiceContext& context, ReportStorage& storage, const CallOrigin& origin,
                                             const contracts::ReportRequest& request, jobs::JobContext& job);

}  // namespace valion::reporting
