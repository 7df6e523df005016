#include "services/api_gateway/admin/routes_view.hpp"

#include "base/date.hpp"
#include "services/api_gateway/routing/quantities.hpp"

namespace valion::gateway::admin {
namespace {

RouteView view_of(const Route& route) {
  RouteView view;
  view.name = route.name;
  view.prefix = route.prefix;
  view.exact = route.exact;
  view.methods = route.methods;
  if (!route.service.empty()) view.service = route.service;
  for (const FixedUpstream& upstream : route.upstreams) view.upstreams.push_back(upstream_text(upstream));
  view.replacement = route.replacement.empty() ? "/" : route.replacement;
  view.timeout = duration_text(route.timeout);
  view.auth = route.authenticated ? "required" : "off";
  view.roles = route.roles;
  if (route.limit) view.rate_limit["user"] = rate_text(*route.limit);
  if (route.key_limit) view.rate_limit["key"] = rate_text(*route.key_limit);
  if (route.service_limit) view.rate_limit["service"] = rate_text(*route.service_limit);
  view.cache = {route.caches, duration_text(route.cache_ttl), route.caches_authorised};
  view.body_limit = size_text(route.body_limit);
  return view;
}

}  // namespace

RoutesView routes_view(const LiveTable& live) {
  const TableStatus& status = live.status();
  RoutesView view;
  view.source = status.source;
  view.generation = static_cast<std::int64_t>(status.generation);
  view.in_force_since = utc_timestamp(status.in_force_since);
  view.refusals = static_cast<std::int64_t>(status.refusals);
  if (status.refusal) {
    view.refused_at = utc_timestamp(status.refused_at);
    view.refusal.push_back(status.refusal->message);
    for (const Violation& violation : status.refusal->violations)
      view.refusal.push_back(violation.pointer + ": " + violation.message);
  }
  for (const Route& route : live.current()->routes()) view.routes.push_back(view_of(route));
  return view;
}

}  // namespace valion::gateway::admin
