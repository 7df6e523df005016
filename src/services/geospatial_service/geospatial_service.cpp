#include "services/geospatial_service/geospatial_service.hpp"

#include <string>
#include <utility>

#include "contracts/geospatial.hpp"
#include "platform/service/idempotent.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/read_json.hpp"
#include "services/geospatial_service/enrichment.hpp"
#include "services/geospatial_service/enrichment_job.hpp"
#include "storage/dataset_source.hpp"

namespace valion {
namespace {

const std::string kEnrichment = "geospatial.enrichment";

}  // namespace

void GeospatialService::routes(http::Router& router) {
  router.add(http::Method::post, "/geospatial/enrichments", [this](http::Request& request) {
    return idempotently(context(), request, [this](http::Request& inner) { return enrich(inner); });
  });
  router.add(http::Method::post, "/geospatial/locate", [this](http::Request& request) { return locate(request); });
  router.add(http::Method::post, "/geospatial/neighbour-levels",
             [this](http::Request& request) { return preview_levels(request); });
}

Async<Result<void>> GeospatialService::initialize() {
  storage::announce_dataset_cache(context());
  handle_job<contracts::EnrichmentRequest>(
      context(), kEnrichment,
      [this](const contracts::EnrichmentRequest& asked, const CallOrigin& origin, jobs::JobContext& job) {
        return geospatial::run_enrichment(context(), origin, asked, job);
      });
  co_return Result<void>{};
}

Async<Result<http::Response>> GeospatialService::enrich(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::EnrichmentRequest>(request));
  auto response = co_await submit_job(context(), request, kEnrichment, asked);
  co_return response;
}

Async<Result<http::Response>> GeospatialService::locate(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::LocateRequest>(request));
  const auto work = [&asked] { return geospatial::locate_property(asked); };
  VALION_CO_TRY_ASSIGN(const auto location, co_await context().cpu.run(work));
  co_return http::json_response(200, json::encode(location));
}

Async<Result<http::Response>> GeospatialService::preview_levels(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::NeighbourLevelRequest>(request));
  const CallOrigin origin = CallOrigin::of(request);
  VALION_CO_TRY_ASSIGN(const auto table, co_await storage::fetch_dataset(context(), origin, asked.version));
  const auto work = [&asked, &table] { return geospatial::preview_levels(*table, asked); };
  VALION_CO_TRY_ASSIGN(const auto preview, co_await context().cpu.run(work));
  co_return http::json_response(200, json::encode(preview));
}

}  // namespace valion
