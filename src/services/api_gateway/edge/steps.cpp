#include "services/api_gateway/edge/steps.hpp"

namespace valion::gateway {
namespace {

Upstream* upstream_of(const Route& route, Upstreams& upstreams) {
  if (route.is_local()) return nullptr;
  if (!route.service.empty()) return &upstreams.of_service(route.service);
  std::vector<FixedServer> servers;
  for (const FixedUpstream& each : route.upstreams) servers.push_back({each.host, each.port});
  return &upstreams.of_servers("route:" + route.name, servers);
}

}  // namespace

ActiveRoutes::ActiveRoutes(std::shared_ptr<const RouteTable> routes, Upstreams& upstreams, metrics::Registry& metrics,
                           Shedding* shedding)
    : table(std::move(routes)) {
  for (const Route& route : table->routes()) {
    const bool sheds = shedding != nullptr && !route.service.empty() && !route.is_local();
    all.push_back({&route, upstream_of(route, upstreams), sheds ? &(*shedding)[route.service] : nullptr,
                   RouteFigures(metrics, route.name), !route.service.empty() && !route.is_local()});
  }
}

}  // namespace valion::gateway
