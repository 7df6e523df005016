#include "platform/service/base_service.hpp"

#include "platform/service/store_metrics.hpp"

namespace valion {

CallOrigin CallOrigin::of(const http::Request& request) {
  CallOrigin origin;
  origin.principal = request.principal.value_or(Principal{});
  origin.request_id = request.request_id;
  origin.trace_id = request.trace_id;
  origin.span_id = request.span_id;
  origin.sampled = request.sampled;
  origin.span = request.span;
  origin.deadline = request.deadline;
  return origin;
}

std::string ServiceContext::catalogue_url() const {
  return settings.database_url.empty() ? "sqlite:" + (folder / "catalogue.db").string() : settings.database_url;
}

void ServiceContext::observe(sql::Database& database, const std::string& name) const {
  database.observe(std::make_shared<SqlMetrics>(metrics, name, database.connections()));
}

Async<Result<void>> BaseService::initialize() { co_return Result<void>{}; }

Async<void> BaseService::cleanup() { co_return; }

Async<ServiceHealth> BaseService::health_check() { co_return ServiceHealth{}; }

Async<void> BaseService::refresh_metrics() { co_return; }

std::unique_ptr<http::Frontend> BaseService::make_frontend(http::ServerSettings settings, const http::Router& router,
                                                           http::Around around) {
  return std::make_unique<http::Server>(context_->executor, std::move(settings), router, std::move(around));
}

}  // namespace valion
