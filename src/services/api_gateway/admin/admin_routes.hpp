// The routes of the admin port on a router of their own. Internal to this library.
#pragma once

#include "services/api_gateway/admin/admin_port.hpp"

namespace valion::gateway::admin {

// `parts`, `key` and `log` must outlive the router.
void add_admin_routes(http::Router& router, const Parts& parts, const auth::SigningKey& key, log::Logger& log);

}  // namespace valion::gateway::admin
