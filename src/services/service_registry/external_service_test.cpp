#include "services/service_registry/external_service.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/json/described.hpp"

namespace valion::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

Result<External> registered(const std::string& json) {
  VALION_TRY_ASSIGN(const auto definition, json::decode<contracts::ServiceDefinition>(json));
  return external_of(definition, "10.0.0.7");
}

std::vector<std::string> offences(const std::string& json) {
  std::vector<std::string> pointers;
  const auto external = registered(json);
  if (!external) {
    for (const Violation& violation : external.error().violations) pointers.push_back(violation.pointer);
  }
  return pointers;
}

TEST(ExternalService, ReadsTheRegistrationOfConsulsDocumentation) {
  const auto redis = registered(R"({"ID": "redis1", "Name": "redis", "Tags": ["primary", "v1"], "Address": "127.0.0.1",
    "Port": 8000, "Meta": {"redis_version": "4.0"}, "EnableTagOverride": false, "Weights": {"Passing": 10, "Warning": 1},
    "Check": {"DeregisterCriticalServiceAfter": "90m", "HTTP": "http://localhost:5000/health?full=1", "Interval": "10s",
              "Timeout": "5s"}})");
  ASSERT_TRUE(redis) << redis.error().message;
  EXPECT_EQ(redis->instance.id, "redis1");
  EXPECT_EQ(redis->instance.weight, 10);
  EXPECT_TRUE(redis->instance.external);
  EXPECT_EQ(redis->kind, CheckKind::http);
  EXPECT_EQ(redis->host, "localhost");
  EXPECT_EQ(redis->port, 5000);
  EXPECT_EQ(redis->target, "/health?full=1");
  EXPECT_EQ(redis->interval, 10s);
  EXPECT_EQ(redis->timeout, 5s);
  EXPECT_EQ(redis->deregister_after, 90min);
}

TEST(ExternalService, TakesDefaultsAsConsulDoes) {
  const auto mail = registered(R"({"Name": "mail", "Port": 25, "Checks": [{"TCP": "[::1]:25"}]})");
  ASSERT_TRUE(mail) << mail.error().message;
  EXPECT_EQ(mail->instance.id, "mail");
  EXPECT_EQ(mail->instance.host, "10.0.0.7");
  EXPECT_EQ(mail->kind, CheckKind::tcp);
  EXPECT_EQ(mail->host, "::1");
  EXPECT_EQ(registered(R"({"Name": "a", "Port": 1, "Check": {"HTTP": "http://h"}})")->port, 80);
}

TEST(ExternalService, SurvivesItsWayThroughRedis) {
  const auto ttl = registered(R"({"Name": "batch", "Port": 9, "Tags": ["x"], "Check": {"TTL": "30s"}})");
  const auto again = decode_external(encode_external(*ttl));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->kind, CheckKind::ttl);
  EXPECT_EQ(again->interval, 30s);
  EXPECT_THAT(again->instance.tags, ElementsAre("x"));
  EXPECT_TRUE(again->instance.external);
  EXPECT_FALSE(decode_external("{}"));
}

TEST(ExternalService, NamesEveryMistake) {
  EXPECT_THAT(offences(R"({"Name": "a:b", "Port": 0})"), ElementsAre("/Name", "/Port", "/Check"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"TTL": "5s", "TCP": "h:1"}})"), ElementsAre("/Check"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"HTTP": "https://h/"}})"), ElementsAre("/Check/HTTP"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"HTTP": "http://h/\r\nX: 1"}})"),
              ElementsAre("/Check/HTTP"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"TCP": "h"}})"), ElementsAre("/Check/TCP"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"TTL": "soon", "Status": "fine"}})"),
              ElementsAre("/Check/TTL", "/Check/Status"));
  EXPECT_THAT(offences(R"({"Name": "a", "Port": 1, "Check": {"TTL": "5s"}, "Kind": "x"})"), ElementsAre("/Kind"));
}

TEST(ExternalService, KnowsConsulsCheckNames) {
  EXPECT_EQ(service_id_of_check("service:batch"), "batch");
  EXPECT_EQ(service_id_of_check("batch"), "batch");
}

}  // namespace
}  // namespace valion::registry
