// Passing one request on to a service and its answer back, both bodies as streams.
#pragma once

#include "platform/service/base_service.hpp"
#include "services/api_gateway/routing/route_table.hpp"

namespace valion::gateway {

// Requires request.principal. Any answer of the service, good or bad, is passed on; errors are not_found (see service_target),
// unavailable (no instance, none that answers, or an open circuit breaker), timeout, bad_gateway, and too_large when the client's
// body passes its limit. A problem document is passed on with the client's own path as its `instance`.
Async<Result<http::Response>> relay(ServiceContext& context, const RelayedRoute& route, const http::Request& request);

}  // namespace valion::gateway
