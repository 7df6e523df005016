#include "services/api_gateway/message/cors.hpp"

#include <gtest/gtest.h>

namespace valion::gateway {
namespace {

RequestHead request(std::string_view method, Fields fields) {
  RequestHead head;
  head.method = method;
  head.fields = std::move(fields);
  return head;
}

Cors cors(bool credentials, std::vector<std::string> origins = {"https://app.example.com", "http://localhost:3000"}) {
  CorsSettings settings;
  settings.origins = std::move(origins);
  settings.credentials = credentials;
  settings.methods = {"GET", "PUT"};
  settings.request_fields = {"Authorization", "X-Api-Key"};
  settings.exposed_fields = {"ETag"};
  return Cors::from(settings).value();
}

RequestHead preflight(std::string_view origin, std::string_view method, std::string_view names) {
  return request(
      "OPTIONS",
      {{"Origin", origin}, {"Access-Control-Request-Method", method}, {"Access-Control-Request-Headers", names}});
}

const std::string kVary = "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers\r\n";

TEST(Cors, PermitsAnOriginOfTheList) {
  EXPECT_EQ(cors(true).lines(request("GET", {{"Origin", "http://localhost:3000"}})),
            "Access-Control-Allow-Origin: http://localhost:3000\r\nAccess-Control-Allow-Credentials: true\r\n"
            "Access-Control-Expose-Headers: ETag\r\nVary: Origin\r\n");
}

TEST(Cors, SaysNothingToOthersButThatItDepends) {
  for (const std::string_view origin :
       {"https://evil.com", "https://app.example.com.evil.com", "https://app.example.com:443",
        "HTTPS://app.example.com", "http://app.example.com", "null", "*", "https://app.example.com/", ""}) {
    EXPECT_EQ(cors(true).lines(request("GET", {{"Origin", origin}})), "Vary: Origin\r\n") << origin;
  }
  EXPECT_EQ(cors(true).lines(request("GET", {})), "Vary: Origin\r\n");
  EXPECT_EQ(
      cors(true).lines(request("GET", {{"Origin", "https://app.example.com"}, {"Origin", "https://app.example.com"}})),
      "Vary: Origin\r\n");
}

TEST(Cors, AnswersAPreflight) {
  const auto answer = cors(false).preflight(preflight("https://app.example.com", "PUT", "authorization, x-api-key"));
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.lines,
            kVary +
                "Access-Control-Allow-Origin: https://app.example.com\r\n"
                "Access-Control-Allow-Methods: GET, PUT\r\n"
                "Access-Control-Allow-Headers: Authorization, X-Api-Key\r\nAccess-Control-Max-Age: 600\r\n");
}

TEST(Cors, DeniesAPreflightWithoutSayingWhatWouldBePermitted) {
  for (const RequestHead& head :
       {preflight("https://evil.com", "PUT", "authorization"), preflight("https://app.example.com", "DELETE", ""),
        preflight("https://app.example.com", "put", ""), preflight("https://app.example.com", "PUT", "x-other"),
        preflight("https://app.example.com", "", "")}) {
    const auto answer = cors(true).preflight(head);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.lines, kVary);
  }
}

TEST(Cors, KnowsAPreflightFromAnOrdinaryOptions) {
  EXPECT_TRUE(Cors::is_preflight(preflight("https://app.example.com", "PUT", "")));
  EXPECT_FALSE(Cors::is_preflight(request("OPTIONS", {{"Origin", "https://app.example.com"}})));
  EXPECT_FALSE(Cors::is_preflight(request("OPTIONS", {{"Access-Control-Request-Method", "PUT"}})));
  EXPECT_FALSE(Cors::is_preflight(request("GET", {{"Origin", "x"}, {"Access-Control-Request-Method", "PUT"}})));
}

TEST(Cors, PermitsAnybodyWithoutCredentials) {
  const Cors anybody = cors(false, {"*"});
  EXPECT_EQ(anybody.lines(request("GET", {{"Origin", "https://any"}})),
            "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: ETag\r\n");
  EXPECT_EQ(anybody.lines(request("GET", {})), "");
  EXPECT_EQ(anybody.preflight(preflight("https://any", "GET", "")).status, 204);
}

TEST(Cors, StaysOutWithoutOrigins) {
  EXPECT_FALSE(cors(false, {}).on());
  EXPECT_EQ(cors(false, {}).lines(request("GET", {{"Origin", "https://any"}})), "");
}

TEST(Cors, RefusesSettingsThatWouldPermitTooMuch) {
  const auto violations = [](std::vector<std::string> origins, bool credentials) {
    CorsSettings settings;
    settings.origins = std::move(origins);
    settings.credentials = credentials;
    const auto made = Cors::from(settings);
    return made ? 0 : made.error().violation_total;
  };
  EXPECT_EQ(violations({"*"}, true), 1);
  EXPECT_EQ(violations({"*", "https://a"}, false), 1);
  EXPECT_EQ(violations({"https://*.example.com", "https://a/", "null", "a", "https://A", "https://", "://a"}, false),
            7);
  CorsSettings settings;
  settings.request_fields = {"A,B", ""};
  settings.max_age = std::chrono::seconds{-1};
  EXPECT_EQ(Cors::from(settings).error().violation_total, 3);
}

}  // namespace
}  // namespace valion::gateway
