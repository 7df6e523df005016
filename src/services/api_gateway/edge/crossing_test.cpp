// What crosses the gateway, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/edge/public_problem.hpp"

namespace valion::gateway {
namespace {

Route route(std::string name, std::string prefix, std::string service, std::string replacement) {
  Route made;
  made.name = std::move(name);
  made.prefix = std::move(prefix);
  made.service = std::move(service);
  made.replacement = std::move(replacement);
  return made;
}

const RouteTable& table() {
  static const RouteTable routes({route("data", "/api/v1/data", "data_processing", "/data"),
                                  route("ml", "/api/v1/ml", "ml_service", "/ml"),
                                  route("registry", "/api/v1/registry", "service_registry", "/v1"),
                                  route("data-alias", "/data", "data_processing", "/data")});
  return routes;
}

std::string shown(const char* asked, const std::string& document) {
  return public_problem(table(), *table().match("GET", asked).route, asked, document);
}

TEST(PublicProblem, NamesThePathThatTheClientAskedFor) {
  const std::string document =
      R"({"type":"urn:x","status":404,"instance":"/data/versions/a%20b","errors":[{"detail":"\u00e9"}],"share":0.1})";
  EXPECT_EQ(
      shown("/api/v1/data/versions/a%20b", document),
      R"({"type":"urn:x","status":404,"instance":"/api/v1/data/versions/a%20b","errors":[{"detail":"é"}],"share":0.1})");
  EXPECT_EQ(shown("/data/versions/a", R"({"instance":"/data/versions/a"})"), R"({"instance":"/data/versions/a"})")
      << "an alias keeps the client's own spelling";
  EXPECT_EQ(shown("/api/v1/registry/health", R"({"instance":"/v1/health"})"),
            R"({"instance":"/api/v1/registry/health"})");
  EXPECT_EQ(shown("/api/v1/ml/models", R"({"instance":"/jobs/17"})"), R"({"instance":"/api/v1/jobs/17"})");
}

TEST(PublicProblem, LeavesAloneWhatItDoesNotUnderstand) {
  for (const char* document : {"", "not json", "[1]", R"({"instance":7})", "{}", R"({"title":"x"})"}) {
    EXPECT_EQ(shown("/api/v1/data", document), document);
  }
}

}  // namespace
}  // namespace valion::gateway
