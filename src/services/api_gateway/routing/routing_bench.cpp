// What finding a route costs: the path's check and the match, without and with the rewriting of the target.
#include <benchmark/benchmark.h>

#include "services/api_gateway/routing/path.hpp"
#include "services/api_gateway/routing/table_file.hpp"

namespace valion::gateway {
namespace {

constexpr std::string_view kPath =
    "/api/v1/ml/models/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae/valuations";

void match_all(benchmark::State& state, const RouteTable& table, std::string_view path) {
  if (!path_fault(path).empty() || !table.match("POST", path)) state.SkipWithError("no route");
  for (auto _ : state) {
    const bool refused = !path_fault(path).empty();
    const RouteMatch match = table.match("POST", path);
    const PassedTarget target = table.target_for(*match.route, path);
    benchmark::DoNotOptimize(refused);
    benchmark::DoNotOptimize(target);
  }
}

void default_table(benchmark::State& state) {
  const RouteTable table(*parse_routes(default_routes_yaml(), "built in", {}));
  match_all(state, table, kPath);
}
BENCHMARK(default_table);

void thousand_routes(benchmark::State& state) {
  std::vector<Route> routes;
  for (int i = 0; i < 1000; ++i) {
    Route route;
    route.name = "r" + std::to_string(i);
    route.prefix = route.replacement = "/api/v1/s" + std::to_string(i) + "/things";
    route.service = "x";
    routes.push_back(std::move(route));
  }
  const RouteTable table(std::move(routes));
  match_all(state, table, "/api/v1/s617/things/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae");
}
BENCHMARK(thousand_routes);

void table_from_yaml(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(RouteTable(*parse_routes(default_routes_yaml(), "built in", {})).routes());
}
BENCHMARK(table_from_yaml);

}  // namespace
}  // namespace valion::gateway
