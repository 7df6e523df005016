// Where a request goes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/routing/route_table.hpp"

namespace valion::gateway {
namespace {

const RelayedRoute& route(std::string_view public_prefix) {
  for (const RelayedRoute& one : route_table()) {
    if (one.public_prefix == public_prefix) return one;
  }
  throw std::invalid_argument(std::string(public_prefix));
}

TEST(RouteTable, EveryServiceHasOneCanonicalRouteAndAliasesLeadToTheSamePlace) {
  for (const auto& [canonical, alias] :
       {std::pair("/api/v1/data", "/data"), std::pair("/api/v1/ml", "/ml"),
        std::pair("/api/v1/geospatial", "/geospatial"), std::pair("/api/v1/reports", "/reports")}) {
    EXPECT_EQ(route(canonical).service, route(alias).service);
    EXPECT_EQ(route(canonical).service_prefix, route(alias).service_prefix);
  }
}

TEST(RouteTable, TranslatesTargetsAsTheyWereWritten) {
  EXPECT_EQ(service_target(route("/api/v1/data"), "/api/v1/data/versions/a%20b?x=1&y=%2F"),
            "/data/versions/a%20b?x=1&y=%2F");
  EXPECT_EQ(service_target(route("/api/v1/registry"), "/api/v1/registry/catalog/services"), "/v1/catalog/services");
  EXPECT_EQ(service_target(route("/api/v1/reports"), "/api/v1/reports"), "/reports");
  EXPECT_EQ(service_target(route("/api/v1/reports"), "/api/v1/reports?limit=5"), "/reports?limit=5");
  EXPECT_EQ(service_target(route("/api/v1/ml"), "/api/v1/m%6C/models"), std::nullopt)
      << "an encoded prefix is not ours to guess";
  EXPECT_EQ(service_target(route("/api/v1/ml"), "/api/v1/mlx"), std::nullopt);
}

TEST(RouteTable, WritesLocationsAsClientsKnowThem) {
  EXPECT_EQ(public_location(route("/api/v1/ml"), "/jobs/17"), "/api/v1/jobs/17");
  EXPECT_EQ(public_location(route("/ml"), "/ml/models/abc"), "/api/v1/ml/models/abc");
  EXPECT_EQ(public_location(route("/api/v1/data"), "/data/versions/abc?x"), "/api/v1/data/versions/abc?x");
  EXPECT_EQ(public_location(route("/api/v1/data"), "https://example.org/"), "https://example.org/");
  EXPECT_EQ(public_location(route("/api/v1/data"), "/database"), "/database");
}

}  // namespace
}  // namespace valion::gateway
