// Users and API keys through the gateway's routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/access.hpp"
#include "contracts/platform.hpp"
#include "platform/service/running_service.hpp"
#include "services/api_gateway/api_gateway.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const std::string kPassword = "correct horse battery";

class AccessTest : public ::testing::Test {
 protected:
  AccessTest() {
    settings_.home = folder_.path();
    settings_.heartbeat = 50ms;
    settings_.redis_url = redis_.url();
    gateway_ = std::make_unique<testing::RunningService<ApiGateway>>(settings_);
  }
  Answer send(http::Method method, const std::string& target, const std::string& token, const std::string& json = "") {
    auto request = gateway_->request(method, target, token);
    if (!json.empty()) request.headers.set("Content-Type", "application/json");
    request.body = json;
    return gateway_->call(std::move(request));
  }
  Answer sign_in(const std::string& user, const std::string& password) {
    return gateway_->post("/api/v1/auth/token", "", json::encode(contracts::TokenRequest{user, password}));
  }
  std::string token_of(const std::string& user, const std::string& password) {
    const Answer answer = sign_in(user, password);
    const auto token = json::decode<contracts::TokenAnswer>(answer.body);
    return token ? token->access_token : answer.body;
  }
  std::string admin() {
    if (!admin_.empty()) return admin_;
    const std::string file = testing::content_of(folder_.path() / "secrets" / "cli.json");
    const auto credential = json::decode<contracts::TokenRequest>(file, json::Unknown::ignored).value();
    return admin_ = token_of(credential.user, credential.password);
  }
  Answer add(const std::string& name, const std::string& more = "") {
    return send(http::Method::post, "/api/v1/auth/users", admin(),
                R"({"name":")" + name + R"(","password":")" + kPassword + "\"" + more + "}");
  }
  int status_of_me(const std::string& token) { return gateway_->get("/api/v1/auth/me", token).status; }
  contracts::CreatedKey created_key(const std::string& json) {
    const Answer answer = send(http::Method::post, "/api/v1/auth/keys", admin(), json);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return *json::decode<contracts::CreatedKey>(answer.body);
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
  std::unique_ptr<testing::RunningService<ApiGateway>> gateway_;
  std::string admin_;
};

TEST_F(AccessTest, AnAddedUserSignsInAsWhoHeIs) {
  const Answer added = add("ana", R"(,"roles":["appraiser","reviewer"],"tenant":"north")");
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(added.header("Location"), "/api/v1/auth/users/ana");
  EXPECT_THAT(added.body, Not(HasSubstr(kPassword)));
  EXPECT_THAT(added.body, Not(HasSubstr("argon2")));
  const Answer me = gateway_->get("/api/v1/auth/me", token_of("ana", kPassword));
  const auto identity = json::decode<contracts::Identity>(me.body);
  ASSERT_TRUE(identity) << me.body;
  EXPECT_EQ(identity->tenant, "north");
  EXPECT_EQ(identity->user, "ana");
  EXPECT_THAT(identity->roles, ElementsAre("appraiser", "reviewer"));
  EXPECT_EQ(add("ana").status, 409);
}

TEST_F(AccessTest, RefusesUsersThatCannotBe) {
  const Answer refused = send(http::Method::post, "/api/v1/auth/users", admin(),
                              R"({"name":"a b","password":"short","roles":["service"]})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("/name"));
  EXPECT_THAT(refused.body, HasSubstr("12 to 1024 characters"));
  EXPECT_THAT(refused.body, HasSubstr("/roles/0"));
  EXPECT_THAT(refused.body, Not(HasSubstr("\"short\""))) << "a password is never said back";
}

TEST_F(AccessTest, OnlyAdminsManageAccess) {
  ASSERT_EQ(add("ana").status, 201);
  const std::string ana = token_of("ana", kPassword);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/users", ana).status, 403);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/keys", ana).status, 403);
  EXPECT_EQ(send(http::Method::put, "/api/v1/auth/users/ana/roles", ana, R"({"roles":["admin"]})").status, 403);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/cli", ana).status, 403);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/users", "").status, 401);
}

TEST_F(AccessTest, AnAdminOfAnotherTenantSeesHisOwnOnly) {
  ASSERT_EQ(add("eva", R"(,"roles":["admin"],"tenant":"south")").status, 201);
  ASSERT_EQ(add("ana", R"(,"tenant":"north")").status, 201);
  const std::string eva = token_of("eva", kPassword);
  const Answer list = send(http::Method::get, "/api/v1/auth/users", eva);
  EXPECT_THAT(list.body, HasSubstr("\"eva\""));
  EXPECT_THAT(list.body, Not(HasSubstr("\"ana\"")));
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/ana", eva).status, 404);
  const std::string elsewhere = R"({"name":"x","password":")" + kPassword + R"(","tenant":"north"})";
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/users", eva, elsewhere).status, 403);
}

TEST_F(AccessTest, ANewPasswordEndsOlderTokens) {
  ASSERT_EQ(add("ana").status, 201);
  const std::string old_token = token_of("ana", kPassword);
  EXPECT_EQ(status_of_me(old_token), 200);
  const Answer changed =
      send(http::Method::put, "/api/v1/auth/users/ana/password", admin(), R"({"password":"another long password"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(status_of_me(old_token), 401);
  EXPECT_EQ(sign_in("ana", kPassword).status, 401);
  EXPECT_EQ(status_of_me(token_of("ana", "another long password")), 200) << "also in the very same second";
}

TEST_F(AccessTest, ADisabledOrRemovedUserIsOutAtOnce) {
  ASSERT_EQ(add("ana").status, 201);
  const std::string token = token_of("ana", kPassword);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/users/ana/disable", admin()).status, 200);
  EXPECT_EQ(status_of_me(token), 401);
  EXPECT_EQ(sign_in("ana", kPassword).status, 401);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/users/ana/enable", admin()).status, 200);
  const std::string again = token_of("ana", kPassword);
  EXPECT_EQ(status_of_me(again), 200);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/ana", admin()).status, 204);
  EXPECT_EQ(status_of_me(again), 401) << "the tokens of a removed user stay cut off";
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/ana", admin()).status, 404);
}

TEST_F(AccessTest, TheLastAdminStays) {
  for (const auto& [method, target, body] :
       {std::tuple(http::Method::delete_, "/api/v1/auth/users/cli", ""),
        std::tuple(http::Method::post, "/api/v1/auth/users/cli/disable", ""),
        std::tuple(http::Method::put, "/api/v1/auth/users/cli/roles", R"({"roles":["appraiser"]})")}) {
    const Answer refused = send(method, target, admin(), body);
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_THAT(refused.body, HasSubstr("last admin"));
  }
  ASSERT_EQ(add("ana", R"(,"roles":["admin"])").status, 201);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/cli", admin()).status, 204);
}

TEST_F(AccessTest, AKeyIsAnIdentityInEitherHeader) {
  const auto made = created_key(R"({"name":"nightly","roles":["appraiser"],"tenant":"north"})");
  EXPECT_THAT(made.secret, StartsWith("vk_" + made.key.id + "_"));
  const Answer bearer = gateway_->get("/api/v1/auth/me", made.secret);
  EXPECT_EQ(bearer.status, 200) << bearer.body;
  auto request = gateway_->request(http::Method::get, "/api/v1/auth/me", "");
  request.headers.set("X-API-Key", made.secret);
  const Answer own_header = gateway_->call(std::move(request));
  EXPECT_EQ(own_header.body, bearer.body);
  const auto identity = json::decode<contracts::Identity>(bearer.body);
  EXPECT_EQ(identity->user, "key:nightly");
  EXPECT_EQ(identity->tenant, "north");
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/users", made.secret).status, 403);
  const Answer list = send(http::Method::get, "/api/v1/auth/keys", admin());
  EXPECT_THAT(list.body, HasSubstr("nightly"));
  EXPECT_THAT(list.body, Not(HasSubstr(made.secret)));
}

TEST_F(AccessTest, AForgedRevokedOrExpiredKeyIsNone) {
  const auto made = created_key(R"({"name":"nightly"})");
  std::string forged = made.secret;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(status_of_me(forged), 401);
  EXPECT_EQ(status_of_me("vk_"), 401);
  EXPECT_EQ(status_of_me("vk_aaaaaaaaaaaa_" + std::string(43, 'x')), 401);
  EXPECT_EQ(status_of_me(made.secret), 200);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/keys/" + made.key.id, admin()).status, 200);
  EXPECT_EQ(status_of_me(made.secret), 401);
  EXPECT_THAT(send(http::Method::get, "/api/v1/auth/keys", admin()).body, HasSubstr(made.key.id));
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/keys/" + made.key.id + "?forget=true", admin()).status, 200);
  EXPECT_THAT(send(http::Method::get, "/api/v1/auth/keys", admin()).body, Not(HasSubstr(made.key.id)));
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/keys/nothing", admin()).status, 404);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/keys", admin(), R"({"name":"n","lifetime_seconds":1})").status, 422);
}

TEST_F(AccessTest, SlowsDownGuessingOfKeys) {
  int refused = 0;
  for (int guess = 0; guess < 40; ++guess) {
    const std::string id = "guess" + std::to_string(1'000'000 + guess);
    refused += status_of_me("vk_" + id + "_" + std::string(43, 'x')) == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 10) << "thirty a minute from one address are looked up";
}

TEST_F(AccessTest, NoKeyReachesTheLog) {
  const auto made = created_key(R"({"name":"nightly"})");
  EXPECT_EQ(status_of_me(made.secret), 200);
  const std::string log = testing::content_of(folder_.path() / "logs" / "api_gateway.log");
  EXPECT_THAT(log, HasSubstr("API key created"));
  EXPECT_THAT(log, Not(HasSubstr(made.secret)));
  EXPECT_THAT(log, Not(HasSubstr(made.secret.substr(16))));
}

}  // namespace
}  // namespace valion
