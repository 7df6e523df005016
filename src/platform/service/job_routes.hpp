// Jobs over HTTP: the same for every service and the gateway, because all processes share the job table.
#pragma once

#include <functional>
#include <string>

#include "platform/service/base_service.hpp"

namespace valion {

// Adds below `prefix` (`/jobs`, on the gateway `/api/v1/jobs`); `context` outlives the router:
//   GET  …                ?limit=50&after=ID&state=S&kind=K > JobList, newest first, with a Link to the next page
//   GET  …/{id}           > JobView
//   GET  …/{id}/events    > server-sent events, see job_events.hpp
//   POST …/{id}/cancel    > 202 JobView; conflict when it has ended
//   GET  …/dead           > JobList of all tenants (role admin)
//   POST …/{id}/replay    > 202 JobView (role admin); conflict unless it failed
// An admin of the tenant `default` lists and replays the dead of every tenant, any other only his own.
// not_found for another tenant's job, except for admins where it says so. `guard` wraps each handler (authentication).
void add_job_routes(http::Router& router, const std::string& prefix, ServiceContext& context,
                    const std::function<http::Handler(http::Handler)>& guard);

}  // namespace valion
