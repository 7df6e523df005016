#include "platform/service/base_service.hpp"

namespace valion {

CallOrigin CallOrigin::of(const http::Request& request) {
  return {request.principal.value_or(Principal{}), request.request_id, request.trace_id, request.span_id};
}

std::string ServiceContext::catalogue_url() const {
  return settings.database_url.empty() ? "sqlite:" + (folder / "catalogue.db").string() : settings.database_url;
}

Async<Result<void>> BaseService::initialize() { co_return Result<void>{}; }

Async<void> BaseService::cleanup() { co_return; }

Async<ServiceHealth> BaseService::health_check() { co_return ServiceHealth{}; }

}  // namespace valion
