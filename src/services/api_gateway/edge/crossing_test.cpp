// What crosses the gateway, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/edge/header_hygiene.hpp"
#include "services/api_gateway/edge/public_problem.hpp"
#include "services/api_gateway/routing/route_table.hpp"

namespace valion::gateway {
namespace {

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

}  // namespace
}  // namespace valion::gateway
