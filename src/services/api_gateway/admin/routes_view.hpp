// The table in force as the admin port shows it.
#pragma once

#include "services/api_gateway/admin/admin_views.hpp"
#include "services/api_gateway/routing/live_table.hpp"

namespace valion::gateway::admin {

[[nodiscard]] RoutesView routes_view(const LiveTable& live);

}  // namespace valion::gateway::admin
