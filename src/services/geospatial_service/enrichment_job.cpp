#include "services/geospatial_service/enrichment_job.hpp"

#include <memory>
#include <utility>

#include "platform/http/target.hpp"
#include "platform/service/fetch_json.hpp"
#include "services/geospatial_service/enrichment.hpp"
#include "storage/arrow_ipc.hpp"
#include "storage/dataset_source.hpp"

namespace valion::geospatial {
namespace {

constexpr double kSteps = 3;

Result<void> go_on(jobs::JobContext& job, double step, std::string stage) {
  if (job.cancelled()) return fail(ErrorKind::cancelled, "the enrichment was cancelled");
  job.progress(step, kSteps, std::move(stage));
  return {};
}

Result<contracts::DatasetVersion> store_version(ServiceContext& context, const CallOrigin& origin, const Hash& parent,
                                                const std::string& note, std::string arrow) {
  ServiceRequest request;
  request.service = "data_processing";
  request.method = http::Method::post;
  request.target = "/data/versions?parent=" + parent.text() + "&note=" + http::encode_query_value(note);
  request.headers.set("Content-Type", "application/vnd.apache.arrow.file");
  request.content_length = arrow.size();
  request.body = std::move(arrow);
  VALION_TRY_ASSIGN(const auto answer, context.fetch_blocking(origin, std::move(request)));
  return decode_answer<contracts::DatasetVersion>("data_processing", "/data/versions", answer);
}

}  // namespace

Result<std::string> run_enrichment(ServiceContext& context, const CallOrigin& origin,
                                   const contracts::EnrichmentRequest& request, jobs::JobContext& job) {
  VALION_TRY(go_on(job, 0, "fetching the data set"));
  VALION_TRY_ASSIGN(const std::shared_ptr<const dataset::Table> table,
                    storage::fetch_dataset_blocking(context, origin, request.version));
  VALION_TRY(go_on(job, 1, "locating every property"));
  VALION_TRY_ASSIGN(LocatedTable located, locate_rows(*table, request));
  VALION_TRY(go_on(job, 2, "storing the new version"));
  VALION_TRY_ASSIGN(std::string arrow, storage::write_arrow(located.table, {}));
  VALION_TRY_ASSIGN(located.result.version,
                    store_version(context, origin, request.version, located.note, std::move(arrow)));
  return json::encode(located.result);
}

}  // namespace valion::geospatial
