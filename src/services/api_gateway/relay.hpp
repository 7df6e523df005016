// Passing one request on to a service and its answer back, both bodies as streams.
#pragma once

#include "platform/service/base_service.hpp"
#include "services/api_gateway/route_table.hpp"

namespace valion::gateway {

// Requires request.principal. Any answer of the service, good or bad, is passed on; errors are not_found (see service_target),
// unavailable (no instance, or none that answers), timeout, bad_gateway, and too_large when the client's body passes its limit.
Async<Result<http::Response>> relay(ServiceContext& context, const RelayedRoute& route, const http::Request& request);

}  // namespace valion::gateway
