#include "services/reporting_service/reporting_service.hpp"

#include <algorithm>
#include <utility>

#include "platform/objects/open_object_store.hpp"
#include "platform/service/idempotent.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/read_json.hpp"
#include "services/reporting_service/report_job.hpp"

namespace valion {
namespace {

const std::string kRendering = "reports.render";
constexpr std::string_view kPdfType = "application/pdf";
constexpr std::string_view kXlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

Hash hash_in(const http::Request& request) {
  return Hash::parse(request.parameters.text("report")).value_or(Hash());  // the route accepts nothing else
}

}  // namespace

struct ReportingService::State {
  std::shared_ptr<reporting::ReportStorage> storage;
};

ReportingService::ReportingService() = default;
ReportingService::~ReportingService() = default;

void ReportingService::routes(http::Router& router) {
  using http::Method;
  router.add(Method::post, "/reports", [this](http::Request& request) {
    return idempotently(context(), request, [this](http::Request& inner) { return make_report(inner); });
  });
  router.add(Method::get, "/reports/{report:hash}", [this](http::Request& request) { return show_report(request); });
  router.add(Method::get, "/reports/{report:hash}/pdf",
             [this](http::Request& request) { return send_file(request, "pdf"); });
  router.add(Method::get, "/reports/{report:hash}/xlsx",
             [this](http::Request& request) { return send_file(request, "xlsx"); });
}

Async<Result<void>> ReportingService::initialize() {
  state_ = std::make_unique<State>();
  state_->storage = std::make_shared<reporting::ReportStorage>(
      context().catalogue_url(), open_object_store(context().settings, std::string(kName)));
  context().observe(state_->storage->database, "catalogue");
  handle_job<contracts::ReportRequest>(
      context(), kRendering,
      [this](const contracts::ReportRequest& asked, const CallOrigin& origin, jobs::JobContext& job) {
        return reporting::run_report(context(), *state_->storage, origin, asked, job);
      });
  co_return Result<void>();
}

Async<ServiceHealth> ReportingService::health_check() {
  ServiceHealth health;
  const auto looked = co_await state_->storage->catalogue.find("", Hash());
  const bool up = looked.has_value() || looked.error().kind == ErrorKind::not_found;
  health.dependencies.push_back({"catalogue", up, up ? "" : looked.error().message});
  health.ready = up;
  health.metrics["jobs_active"] = static_cast<double>(context().jobs.active());
  co_return health;
}

Async<Result<http::Response>> ReportingService::make_report(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<contracts::ReportRequest>(request));
  auto response = co_await submit_job(context(), request, kRendering, asked);
  co_return response;
}

Async<Result<http::Response>> ReportingService::show_report(http::Request& request) {
  VALION_CO_TRY_ASSIGN(
      auto record, co_await state_->storage->catalogue.find(request.principal->tenant, hash_in(request), request.span));
  co_return http::json_response(200, std::move(record));
}

Async<Result<http::Response>> ReportingService::send_file(http::Request& request, std::string_view format) {
  const std::string report = request.parameters.text("report");
  VALION_CO_TRY_ASSIGN(const auto text, co_await state_->storage->catalogue.find(request.principal->tenant,
                                                                                 hash_in(request), request.span));
  VALION_CO_TRY_ASSIGN(const auto record, json::decode<contracts::ReportRecord>(text));
  const auto& artifacts = record.artifacts;
  const auto artifact =
      std::find_if(artifacts.begin(), artifacts.end(), [&](const auto& one) { return one.format == format; });
  if (artifact == artifacts.end()) {
    co_return fail(ErrorKind::not_found,
                   "report " + report + " was made without " + std::string(format) + "; ask for it with formats");
  }
  const auto locate = [&] { return state_->storage->objects->path_of(artifact->sha256); };
  VALION_CO_TRY_ASSIGN(auto path, co_await context().cpu.run(locate));
  http::Response response;
  response.headers.set("Content-Type", std::string(format == "pdf" ? kPdfType : kXlsxType));
  const std::string disposition = format == "pdf" ? "inline" : "attachment";
  response.headers.set("Content-Disposition",
                       disposition + "; filename=\"valion-" + report.substr(0, 12) + "." + std::string(format) + "\"");
  response.headers.set("ETag", "\"" + artifact->sha256.text() + "\"");
  response.body = http::FileBody{std::move(path)};
  co_return response;
}

Result<std::set<Hash>> ReportingService::referenced_objects(sql::Database& catalogue) const {
  VALION_TRY_ASSIGN(const auto records, reporting::ReportCatalogue(catalogue).all_records_blocking());
  std::set<Hash> hashes;
  for (const std::string& text : records) {
    VALION_TRY_ASSIGN(const auto record, json::decode<contracts::ReportRecord>(text, json::Unknown::ignored));
    for (const contracts::Artifact& artifact : record.artifacts) hashes.insert(artifact.sha256);
  }
  return hashes;
}

}  // namespace valion
