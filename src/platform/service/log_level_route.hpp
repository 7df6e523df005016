// How much a running process logs: looked at and changed without restarting it.
#pragma once

#include "platform/service/base_service.hpp"

namespace valion {

//   GET /internal/log-level                      > {"level":"info"}
//   PUT /internal/log-level {"level":"debug"}    > {"level":"debug"}; in force at once, until the process ends
// On every service, also the gateway: it takes an internal token (auth::kInternalAudience) whose principal has the role `admin`
// or `service`; a client's token is none. unauthenticated, forbidden, invalid with the levels there are.
void add_log_level_routes(http::Router& router, ServiceContext& context);

}  // namespace valion
