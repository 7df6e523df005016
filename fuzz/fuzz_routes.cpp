// Any bytes as a route table; what is accepted is written and read back as the same routes, and takes requests without harm.
#include "fuzz/harness.hpp"
#include "services/api_gateway/routing/path.hpp"
#include "services/api_gateway/routing/table_file.hpp"

void valion::fuzz::feed(std::string_view bytes) {
  using namespace valion::gateway;
  // Also as a path, which comes from strangers too.
  if (path_fault(bytes).empty() && (bytes.find("//") != bytes.npos || bytes.find("/../") != bytes.npos))
    __builtin_trap();
  TableRules rules;
  rules.beside_settings = bytes.size() % 2 == 1;
  rules.identity = bytes.size() % 3 != 0;
  auto routes = parse_routes(bytes, "routes.yaml", rules);
  if (!routes) {
    if (routes.error().kind == ErrorKind::invalid && routes.error().violation_total == 0) __builtin_trap();
    return;
  }
  const auto again = parse_routes(routes_to_yaml(*routes), "again.yaml", rules);
  if (!again || *again != *routes) __builtin_trap();
  const RouteTable table(std::move(*routes));
  for (const Route& route : table.routes()) {
    const std::string_view method = route.methods.empty() ? "GET" : std::string_view(route.methods.front());
    const RouteMatch match = table.match(method, route.prefix);
    if (!match || match.route->prefix != route.prefix) __builtin_trap();
    if (table.target_for(*match.route, route.prefix).text().front() != '/') __builtin_trap();
    const std::string location = table.public_location(route, "/a/b?c");
    if (location.front() != '/') __builtin_trap();
  }
}
