// The gateway's pure parts: where a request goes, what crosses, how guessing is slowed down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/failure_throttle.hpp"
#include "services/api_gateway/header_hygiene.hpp"
#include "services/api_gateway/public_problem.hpp"
#include "services/api_gateway/route_table.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

const RelayedRoute& route(std::string_view public_prefix) {
  for (const RelayedRoute& one : route_table()) {
    if (one.public_prefix == public_prefix) return one;
  }
  throw std::invalid_argument(std::string(public_prefix));
}

std::vector<std::pair<std::string, std::string>> fields(const http::Headers& headers) {
  return {headers.begin(), headers.end()};
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

TEST(PublicProblem, NamesThePathThatTheClientAskedFor) {
  const std::string document =
      R"({"type":"urn:x","status":404,"instance":"/data/versions/a%20b","errors":[{"detail":"\u00e9"}],"share":0.1})";
  EXPECT_EQ(
      public_problem(route("/api/v1/data"), "/api/v1/data/versions/a%20b?x=1", document),
      R"({"type":"urn:x","status":404,"instance":"/api/v1/data/versions/a%20b","errors":[{"detail":"é"}],"share":0.1})");
  EXPECT_EQ(public_problem(route("/data"), "/data/versions/a", R"({"instance":"/data/versions/a"})"),
            R"({"instance":"/data/versions/a"})")
      << "an alias keeps the client's own spelling";
  EXPECT_EQ(public_problem(route("/api/v1/registry"), "/api/v1/registry/health", R"({"instance":"/v1/health"})"),
            R"({"instance":"/api/v1/registry/health"})");
  EXPECT_EQ(public_problem(route("/api/v1/ml"), "/api/v1/ml/models", R"({"instance":"/jobs/17"})"),
            R"({"instance":"/api/v1/jobs/17"})");
}

TEST(PublicProblem, LeavesAloneWhatItDoesNotUnderstand) {
  for (const char* document : {"", "not json", "[1]", R"({"instance":7})", "{}", R"({"title":"x"})"}) {
    EXPECT_EQ(public_problem(route("/api/v1/data"), "/api/v1/data", document), document);
  }
}

TEST(HeaderHygiene, KeepsWhatIsTheClientsBusiness) {
  http::Headers headers;
  headers.add("Accept", "application/json");
  headers.add("Prefer", "wait=5");
  headers.add("Content-Type", "text/csv");
  EXPECT_THAT(
      fields(towards_service(headers)),
      ElementsAre(Pair("Accept", "application/json"), Pair("Prefer", "wait=5"), Pair("Content-Type", "text/csv")));
}

TEST(HeaderHygiene, DropsClaimsConnectionsAndWhatIsWrittenAnew) {
  http::Headers headers;
  for (const char* name :
       {"X-User-Id",           "x-user-roles", "X-Tenant-Id", "X-Forwarded-For",   "X-FORWARDED-HOST",  "Forwarded",
        "X-Real-IP",           "Keep-Alive",   "TE",          "Trailer",           "Transfer-Encoding", "Upgrade",
        "Proxy-Authorization", "Expect",       "Host",        "Content-Length",    "Authorization",     "traceparent",
        "X-Request-Id",        "X-Only-Here",  "X-Also",      "X-Request-Deadline"}) {
    headers.add(name, "1");
  }
  headers.add("Connection", "close, x-only-here");
  headers.add("connection", "X-Also");
  EXPECT_THAT(fields(towards_service(headers)), IsEmpty());
}

TEST(HeaderHygiene, KeepsTheLengthOfAnAnswer) {
  http::Headers headers;
  headers.add("Content-Length", "12");
  headers.add("Connection", "keep-alive");
  headers.add("ETag", "\"a\"");
  EXPECT_THAT(fields(towards_client(headers)), ElementsAre(Pair("Content-Length", "12"), Pair("ETag", "\"a\"")));
}

TEST(FailureThrottle, RefusesTheSixthAttemptWithinAMinute) {
  FailureThrottle throttle;
  const FailureThrottle::Time noon{};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(throttle.attempt("ana", noon + 1s * i), 0s);
  EXPECT_EQ(throttle.attempt("ana", noon + 10s), 50s);
  EXPECT_EQ(throttle.attempt("eva", noon + 10s), 0s) << "others are not concerned";
  EXPECT_EQ(throttle.attempt("ana", noon + 60s), 0s) << "the minute is over";
}

TEST(FailureThrottle, ForgivesAfterASuccess) {
  FailureThrottle throttle;
  const FailureThrottle::Time noon{};
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(throttle.attempt("ana", noon), 0s);
    throttle.succeeded("ana");
  }
}

TEST(FailureThrottle, RemembersABoundedNumberOfNames) {
  FailureThrottle throttle({1, 60s, 100});
  const FailureThrottle::Time noon{};
  for (int name = 0; name < 1000; ++name) EXPECT_EQ(throttle.attempt(std::to_string(name), noon + 1ms * name), 0s);
  EXPECT_GT(throttle.attempt("999", noon + 2s), 0s) << "the newest are kept";
  EXPECT_EQ(throttle.attempt("0", noon + 2s), 0s) << "the oldest are forgotten";
}

}  // namespace
}  // namespace valion::gateway
