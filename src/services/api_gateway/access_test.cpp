// Users and API keys through the gateway's routes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/accounts.hpp"
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
  void tenant(const std::string& name) {
    const Answer made = send(http::Method::post, "/api/v1/auth/tenants", admin(), R"({"name":")" + name + R"("})");
    EXPECT_EQ(made.status, 201) << made.body;
  }
  contracts::SessionAnswer login(const std::string& user, const std::string& password) {
    const Answer answer =
        gateway_->post("/api/v1/auth/login", "", json::encode(contracts::TokenRequest{user, password}));
    const auto session = json::decode<contracts::SessionAnswer>(answer.body);
    EXPECT_TRUE(session) << answer.body;
    return session.value_or(contracts::SessionAnswer{});
  }
  Answer refresh(const std::string& token) {
    return gateway_->post("/api/v1/auth/refresh", "", json::encode(contracts::RefreshRequest{token}));
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
  tenant("north");
  const Answer added = add("ana", R"(,"roles":["appraiser","viewer"],"tenant":"north")");
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_EQ(added.header("Location"), "/api/v1/auth/users/ana");
  EXPECT_THAT(added.body, Not(HasSubstr(kPassword)));
  EXPECT_THAT(added.body, Not(HasSubstr("argon2")));
  const Answer me = gateway_->get("/api/v1/auth/me", token_of("ana", kPassword));
  const auto identity = json::decode<contracts::Identity>(me.body);
  ASSERT_TRUE(identity) << me.body;
  EXPECT_EQ(identity->tenant, "north");
  EXPECT_EQ(identity->user, "ana");
  EXPECT_THAT(identity->roles, ElementsAre("appraiser", "viewer"));
  EXPECT_EQ(add("ana").status, 409);
}

TEST_F(AccessTest, RefusesUsersThatCannotBe) {
  const Answer refused = send(http::Method::post, "/api/v1/auth/users", admin(),
                              R"({"name":"a b","password":"short","roles":["janitor"]})");
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
  tenant("north");
  tenant("south");
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
  tenant("north");
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

TEST_F(AccessTest, ASessionIsRefreshedListedAndEnded) {
  ASSERT_EQ(add("ana").status, 201);
  const auto home = login("ana", kPassword), office = login("ana", kPassword);
  EXPECT_EQ(home.expires_in, 900);
  const auto next = json::decode<contracts::SessionAnswer>(refresh(home.refresh_token).body);
  ASSERT_TRUE(next);
  EXPECT_EQ(status_of_me(next->access_token), 200);
  const Answer list = gateway_->get("/api/v1/auth/sessions", next->access_token);
  const auto sessions = json::decode<contracts::SessionList>(list.body);
  ASSERT_TRUE(sessions) << list.body;
  ASSERT_EQ(sessions->sessions.size(), 2u);
  EXPECT_NE(sessions->sessions[0].current, sessions->sessions[1].current);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/sessions/" + office.session, next->access_token).status, 204);
  EXPECT_EQ(status_of_me(office.access_token), 401) << "logged out elsewhere";
  EXPECT_EQ(refresh(office.refresh_token).status, 401);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/logout", next->access_token).status, 204);
  EXPECT_EQ(status_of_me(next->access_token), 401);
  EXPECT_EQ(status_of_me(home.access_token), 401) << "an earlier token of the same session";
}

TEST_F(AccessTest, ACopiedRefreshTokenEndsTheSessionForBoth) {
  ASSERT_EQ(add("ana").status, 201);
  const auto owner = login("ana", kPassword);
  const auto thief = json::decode<contracts::SessionAnswer>(refresh(owner.refresh_token).body);
  ASSERT_TRUE(thief);
  EXPECT_EQ(status_of_me(thief->access_token), 200);
  EXPECT_EQ(refresh(owner.refresh_token).status, 401);
  EXPECT_EQ(status_of_me(thief->access_token), 401);
  EXPECT_EQ(refresh(thief->refresh_token).status, 401);
  EXPECT_THAT(send(http::Method::get, "/api/v1/auth/audit", admin()).body, HasSubstr("came a second time"));
}

TEST_F(AccessTest, OnesOwnPasswordWantsTheOldOne) {
  ASSERT_EQ(add("ana").status, 201);
  const auto session = login("ana", kPassword);
  const auto change = [&](const std::string& old_password) {
    const contracts::OwnPasswordChange wanted{old_password, "another long password"};
    return send(http::Method::put, "/api/v1/auth/me/password", session.access_token, json::encode(wanted)).status;
  };
  EXPECT_EQ(change("not it"), 403);
  EXPECT_EQ(change(kPassword), 204);
  EXPECT_EQ(status_of_me(session.access_token), 401);
  EXPECT_EQ(refresh(session.refresh_token).status, 401);
  EXPECT_EQ(status_of_me(token_of("ana", "another long password")), 200);
}

TEST_F(AccessTest, RolesReachAsFarAsTheirPermissions) {
  for (const char* role : {"viewer", "auditor", "service"}) {
    ASSERT_EQ(add(role, R"(,"roles":[")" + std::string(role) + R"("])").status, 201);
  }
  const std::string viewer = token_of("viewer", kPassword), auditor = token_of("auditor", kPassword),
                    service = token_of("service", kPassword);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/audit", viewer).status, 403);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/audit", auditor).status, 200);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/users", auditor).status, 200);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/viewer", auditor).status, 403);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/tenants", auditor, R"({"name":"x"})").status, 403);
  EXPECT_EQ(send(http::Method::post, "/api/v1/ml/models", viewer, "{}").status, 403) << "before anybody is asked";
  EXPECT_EQ(send(http::Method::get, "/api/v1/ml/models", viewer).status, 503) << "nobody is there in this test";
  EXPECT_EQ(send(http::Method::post, "/api/v1/ml/models", service, "{}").status, 503);
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/ml/models/x", service).status, 403) << "no row names it";
  EXPECT_EQ(status_of_me(service), 200);
  EXPECT_TRUE(testing::eventually([&] {
    const std::string log = send(http::Method::get, "/api/v1/auth/audit?limit=1000", auditor).body;
    return log.find("wanted ml:train") != std::string::npos && log.find("wanted users:manage") != std::string::npos;
  }));
}

TEST_F(AccessTest, NobodyOfADisabledTenantGetsIn) {
  tenant("north");
  ASSERT_EQ(add("ana", R"(,"tenant":"north","roles":["admin"])").status, 201);
  const auto key = created_key(R"({"name":"nightly","tenant":"north"})");
  const std::string ana = token_of("ana", kPassword);
  EXPECT_EQ(status_of_me(ana), 200);
  EXPECT_EQ(status_of_me(key.secret), 200);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/tenants/default/disable", ana).status, 404) << "not hers to know";
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/tenants", ana, R"({"name":"west"})").status, 403);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/tenants/north/disable", admin()).status, 200);
  EXPECT_EQ(status_of_me(ana), 401);
  EXPECT_EQ(status_of_me(key.secret), 401);
  EXPECT_EQ(sign_in("ana", kPassword).status, 401);
  const std::string refused = R"({"name":"bea","password":")" + kPassword + R"(","tenant":"north"})";
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/users", admin(), refused).status, 422);
  EXPECT_EQ(send(http::Method::post, "/api/v1/auth/tenants/north/enable", admin()).status, 200);
  EXPECT_EQ(status_of_me(token_of("ana", kPassword)), 200);
}

TEST_F(AccessTest, TheFirstAdminChoosesAPasswordByALinkThatWorksOnce) {
  const std::string file = testing::content_of(folder_.path() / "secrets" / "setup.json");
  const auto at = file.find(R"("token":")") + 9;
  const std::string token = file.substr(at, file.find('"', at) - at);
  const std::string target = "/setup?token=" + token;
  auto request = gateway_->request(http::Method::get, target, "");
  request.headers.set("Accept-Language", "pt-BR,en;q=0.5");
  const Answer page = gateway_->call(std::move(request));
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Escolha sua senha"));
  EXPECT_EQ(page.header("Cache-Control"), "no-store");
  EXPECT_EQ(page.header("Referrer-Policy"), "no-referrer");
  EXPECT_THAT(page.header("Content-Security-Policy"), HasSubstr("default-src 'none'"));
  const auto post = [&](const std::string& password, const std::string& again) {
    auto form = gateway_->request(http::Method::post, "/setup", "");
    form.headers.set("Content-Type", "application/x-www-form-urlencoded");
    form.body = "token=" + token + "&user=admin&password=" + password + "&again=" + again;
    return gateway_->call(std::move(form));
  };
  EXPECT_EQ(post("short", "short").status, 422);
  EXPECT_EQ(post("correct+horse+battery", "correct+horse+battory").status, 422);
  const Answer done = post("correct+horse+battery", "correct+horse+battery");
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(post("correct+horse+battery", "correct+horse+battery").status, 410) << "once";
  EXPECT_EQ(gateway_->get(target).status, 410);
  EXPECT_EQ(status_of_me(token_of("admin", kPassword)), 200);
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "secrets" / "setup.json"));
  EXPECT_THAT(testing::content_of(folder_.path() / "logs" / "api_gateway.log"), Not(HasSubstr(token)));
}

TEST_F(AccessTest, APersonsDataAreGivenOutAndErased) {
  tenant("south");
  ASSERT_EQ(add("ana", R"(,"email":"ana@example.org","full_name":"Ana Lima")").status, 201);
  ASSERT_EQ(add("eva", R"(,"roles":["admin"],"tenant":"south")").status, 201);
  const std::string session = token_of("ana", kPassword), eva = token_of("eva", kPassword);
  EXPECT_EQ(send(http::Method::get, "/api/v1/auth/users/ana/export", eva).status, 404) << "of another tenant";
  EXPECT_EQ(send(http::Method::delete_, "/api/v1/auth/users/ana/personal-data", eva).status, 404);
  const Answer given = send(http::Method::get, "/api/v1/auth/users/ana/export", admin());
  EXPECT_EQ(given.status, 200) << given.body;
  EXPECT_THAT(given.body, HasSubstr("ana@example.org"));
  EXPECT_THAT(given.body, HasSubstr("Ana Lima"));
  EXPECT_THAT(given.body, Not(HasSubstr("argon2")));
  const Answer erased = send(http::Method::delete_, "/api/v1/auth/users/ana/personal-data", admin());
  EXPECT_EQ(erased.status, 200) << erased.body;
  EXPECT_EQ(status_of_me(session), 401);
  const std::string log = send(http::Method::get, "/api/v1/auth/audit?limit=1000", admin()).body;
  EXPECT_THAT(log, Not(HasSubstr("user:ana")));
  EXPECT_THAT(log, HasSubstr("user.erase"));
}

}  // namespace
}  // namespace valion
