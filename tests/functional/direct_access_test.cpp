// Every route of every service, asked past the gateway: nobody gets in without a token of the gateway or of a peer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "contracts/access.hpp"
#include "contracts/openapi/operations.hpp"
#include "functional/instances.hpp"
#include "functional/running_system.hpp"
#include "platform/auth/base64url.hpp"
#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/redis/test_loop.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;

struct Route {
  http::Method method = http::Method::get;
  std::string target;
};

http::Method method_of(std::string_view name) {
  for (const http::Method method : {http::Method::get, http::Method::head, http::Method::post, http::Method::put,
                                    http::Method::patch, http::Method::delete_}) {
    if (http::name_of(method) == name) return method;
  }
  ADD_FAILURE() << name;
  return http::Method::get;
}

// As the service calls it, with something in place of every parameter.
std::vector<Route> routes_of(const std::vector<openapi::Operation>& operations) {
  static const std::regex hash(R"(\{\w+:hash\})");
  static const std::regex other(R"(\{[^}]*\})");
  constexpr std::string_view kPublic = "/api/v1";
  std::vector<Route> routes;
  for (const openapi::Operation& operation : operations) {
    EXPECT_TRUE(operation.path.starts_with(kPublic)) << operation.path;
    std::string target(operation.path.substr(kPublic.size()));
    target = std::regex_replace(target, hash, std::string(64, '0'));
    routes.push_back({method_of(operation.method), std::regex_replace(target, other, "1")});
  }
  return routes;
}

class DirectAccessTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { system_ = std::make_unique<RunningSystem>(); }
  static void TearDownTestSuite() { system_.reset(); }

  static std::uint16_t port_of(const std::string& service) {
    const auto instances = instances_of(*system_, service);
    EXPECT_FALSE(instances.empty()) << service;
    return instances.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(instances.front().port);
  }
  int status_of(std::uint16_t port, const Route& route, const std::string& field, const std::string& value) {
    http::ClientRequest request;
    request.port = port;
    request.method = route.method;
    request.target = route.target;
    if (!field.empty()) request.headers.set(field, value);
    if (route.method != http::Method::get && route.method != http::Method::delete_) {
      request.headers.set("Content-Type", "application/json");
      request.body = std::string("{}");
    }
    const auto answer = loop_.run(http::fetch(client_, request));
    return answer ? answer->status : http::status_of(answer.error().kind);
  }
  static std::string internal(const auth::SigningKey& key, std::string_view audience) {
    const auth::TokenSettings settings{audience, 60s, 5s};
    return "Bearer " +
           auth::issue_token(key, settings, {"default", "ana", {"admin"}}, std::chrono::system_clock::now());
  }
  // What strangers bring: nothing, what is good elsewhere, and what was forged.
  std::vector<std::pair<std::string, std::string>> strangers() {
    const auth::SigningKey right = auth::SigningKey::load_or_create(system_->home() / "secrets" / "internal.key");
    const TemporaryFolder folder;
    const auth::SigningKey wrong = auth::SigningKey::load_or_create(folder.path() / "key");
    const std::string none =
        auth::to_base64url(R"({"alg":"none","typ":"JWT"})") + "." +
        auth::to_base64url(R"({"iss":"valion","aud":"valion-internal","sub":"ana","ten":"default",)"
                           R"("roles":["admin"],"iat":1,"exp":9999999999,"jti":"1"})") +
        ".";
    return {{"", ""},
            {"Authorization", "Bearer " + system_->token()},
            {"Authorization", internal(wrong, auth::kInternalAudience)},
            {"Authorization", internal(right, auth::kClientAudience)},
            {"Authorization", "Bearer " + none},
            {"Authorization", "Basic YW5hOmFuYQ=="},
            {"X-API-Key", api_key()},
            {"X-User-Id", "ana"}};
  }
  std::string api_key() {
    const auto made =
        json::decode<contracts::CreatedKey>(system_->post("/api/v1/auth/keys", R"({"name":"direct"})").body);
    EXPECT_TRUE(made);
    return made ? made->secret : "";
  }
  void expect_closed(const std::string& service, const std::vector<Route>& routes) {
    const std::uint16_t port = port_of(service);
    const auto brought = strangers();
    const auth::SigningKey key = auth::SigningKey::load_or_create(system_->home() / "secrets" / "internal.key");
    for (const Route& route : routes) {
      for (const auto& [field, value] : brought) {
        EXPECT_EQ(status_of(port, route, field, value), 401) << service << " " << http::name_of(route.method) << " "
                                                             << route.target << " with " << field << " " << value;
      }
      const std::string peer = internal(key, auth::kInternalAudience);
      EXPECT_NE(status_of(port, route, "Authorization", peer), 401) << service << " " << route.target;
    }
    asked_ += routes.size();
  }

  static inline std::unique_ptr<RunningSystem> system_;
  testing::TestLoop loop_;
  http::Client client_{loop_.executor()};
  std::size_t asked_ = 0;
};

TEST_F(DirectAccessTest, EveryRouteOfEveryServiceWantsATokenOfTheHouse) {
  const std::vector<std::pair<std::string, std::vector<openapi::Operation>>> services{
      {"data_processing", openapi::data_operations()},
      {"geospatial_service", openapi::geospatial_operations()},
      {"ml_service", openapi::ml_operations()},
      {"reporting_service", openapi::report_operations()}};
  const std::vector<Route> jobs = routes_of(openapi::job_operations());
  for (const auto& [service, operations] : services) {
    expect_closed(service, routes_of(operations));
    expect_closed(service, jobs);
    expect_closed(service, {{http::Method::get, "/internal/log-level"}, {http::Method::put, "/internal/log-level"}});
  }
  EXPECT_GE(asked_, 45u);
}

// Whoever is not told what there is cannot tell it from what there is not.
TEST_F(DirectAccessTest, OnlyHealthAndFiguresAreOpen) {
  for (const std::string service : {"data_processing", "geospatial_service", "ml_service", "reporting_service",
                                    "service_registry", "api_gateway"}) {
    const std::uint16_t port = port_of(service);
    for (const std::string target : {"/health", "/health/live", "/health/ready", "/metrics"}) {
      EXPECT_EQ(status_of(port, {http::Method::get, target}, "", ""), 200) << service << target;
    }
  }
}

// Reading the registry from this machine is open on purpose (Prometheus and Consul's clients do); changing it never is.
TEST_F(DirectAccessTest, TheRegistryIsChangedOnlyByTheHouse) {
  const std::uint16_t port = port_of("service_registry");
  const auto brought = strangers();
  for (const std::string target : {"/v1/agent/service/register", "/v1/agent/service/deregister/1",
                                   "/v1/agent/check/pass/1", "/v1/agent/check/fail/1", "/internal/log-level"}) {
    for (const auto& [field, value] : brought) {
      EXPECT_EQ(status_of(port, {http::Method::put, target}, field, value), 401) << target << " with " << value;
    }
  }
}

}  // namespace
}  // namespace valion::functional
