// The keys of clients' tokens, through two gateways of one home: published, rotated under load, withdrawn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/access.hpp"
#include "contracts/platform.hpp"
#include "contracts/signing_keys.hpp"
#include "platform/auth/access_token.hpp"
#include "platform/auth/jwk.hpp"
#include "platform/service/running_service.hpp"
#include "services/api_gateway/api_gateway.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::HasSubstr;
using Gateway = testing::RunningService<ApiGateway>;

const std::string kRotate = "/api/v1/auth/signing-keys/rotate";

class SigningKeysTest : public ::testing::Test {
 protected:
  SigningKeysTest() {
    settings_.home = folder_.path();
    settings_.heartbeat = 50ms;
    settings_.redis_url = redis_.url();
    settings_.gateway_admin_port = 0;
    first_ = std::make_unique<Gateway>(settings_);
    second_ = std::make_unique<Gateway>(settings_);
  }
  static std::string token_of(Gateway& gateway, const std::string& user, const std::string& password) {
    const Answer answer = gateway.post("/api/v1/auth/token", "", json::encode(contracts::TokenRequest{user, password}));
    const auto token = json::decode<contracts::TokenAnswer>(answer.body, json::Unknown::ignored);
    return token ? token->access_token : answer.body;
  }
  std::string admin(Gateway& gateway) {
    const std::string file = testing::content_of(folder_.path() / "secrets" / "cli.json");
    const auto credential = json::decode<contracts::TokenRequest>(file, json::Unknown::ignored).value();
    return token_of(gateway, credential.user, credential.password);
  }
  static int status_of(Gateway& gateway, const std::string& token) {
    return gateway.get("/api/v1/auth/me", token).status;
  }
  static std::vector<std::string> published(Gateway& gateway) {
    const auto set = auth::parse_key_set(gateway.get("/.well-known/jwks.json").body);
    std::vector<std::string> ids;
    if (set) {
      for (const auth::NamedKey& key : set->keys) ids.push_back(key.key_id);
    }
    return ids;
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
  std::unique_ptr<Gateway> first_, second_;
};

TEST_F(SigningKeysTest, AnybodyCanVerifyATokenWithThePublishedSet) {
  const Answer answer = first_->get("/.well-known/jwks.json");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Type"), "application/jwk-set+json");
  EXPECT_EQ(answer.header("Cache-Control"), "public, max-age=300");
  const std::string token = admin(*first_);
  const auto parsed = auth::parse_token(token);
  ASSERT_TRUE(parsed) << token;
  const auto set = auth::parse_key_set(answer.body);
  ASSERT_TRUE(set) << answer.body;
  bool signed_by_one = false;
  for (const auth::NamedKey& key : set->keys) {
    signed_by_one = signed_by_one || (key.key_id == parsed->key_id && auth::is_signed_by(key.key, *parsed));
  }
  EXPECT_TRUE(signed_by_one);
}

TEST_F(SigningKeysTest, RotatesUnderLoadWithoutFailingAToken) {
  std::vector<std::string> tokens{admin(*first_), admin(*second_)};
  const auto before = published(*first_);
  EXPECT_EQ(published(*second_), before) << "one ring for both";
  for (int round = 0; round < 60; ++round) {
    if (round == 20) {
      const Answer rotated = first_->post(kRotate, tokens[0], "{}");
      ASSERT_EQ(rotated.status, 200) << rotated.body;
      const auto list = json::decode<contracts::SigningKeyList>(rotated.body);
      ASSERT_TRUE(list);
      ASSERT_EQ(list->keys.size(), 3u);
      EXPECT_EQ(list->keys[0].state, "next");
      EXPECT_EQ(list->keys[1].state, "active");
      EXPECT_EQ(list->keys[2].state, "retired");
      tokens.push_back(admin(*first_));   // signed by the new one
      tokens.push_back(admin(*second_));  // who may not have heard yet
    }
    for (const std::string& token : tokens) {
      ASSERT_EQ(status_of(*first_, token), 200) << round;
      ASSERT_EQ(status_of(*second_, token), 200) << round;
    }
  }
  EXPECT_TRUE(testing::eventually([&] { return published(*second_) == published(*first_); }));
  EXPECT_EQ(published(*first_).size(), 3u);
  const Answer too_soon = second_->post(kRotate, tokens[0], "{}");
  EXPECT_EQ(too_soon.status, 409) << too_soon.body;
  EXPECT_THAT(too_soon.body, HasSubstr("the next signing key was published"));
}

TEST_F(SigningKeysTest, AWithdrawalEndsEveryTokenAtBothGateways) {
  const std::string token = admin(*first_);
  ASSERT_EQ(status_of(*second_, token), 200);
  ASSERT_EQ(first_->post(kRotate, token, R"({"withdraw":true})").status, 200);
  EXPECT_EQ(status_of(*first_, token), 401);
  const auto withdrawn = std::chrono::steady_clock::now();
  EXPECT_TRUE(testing::eventually([&] { return status_of(*second_, token) == 401; }));
  EXPECT_LT(std::chrono::steady_clock::now() - withdrawn, 5s);
  EXPECT_EQ(status_of(*second_, admin(*first_)), 200);
}

TEST_F(SigningKeysTest, OnlyAnAdminOfTheDefaultTenantRotates) {
  const std::string root = admin(*first_);
  EXPECT_EQ(first_->post(kRotate, "", "{}").status, 401);
  EXPECT_EQ(first_->post(kRotate, root, R"({"now":true})").status, 422);
  for (const char* user : {R"({"name":"ana","password":"correct horse battery","roles":["appraiser"]})"}) {
    ASSERT_EQ(first_->post("/api/v1/auth/users", root, user).status, 201);
  }
  const std::string ana = token_of(*first_, "ana", "correct horse battery");
  EXPECT_EQ(first_->post(kRotate, ana, "{}").status, 403);
  EXPECT_EQ(first_->get("/api/v1/auth/signing-keys", ana).status, 403);
  EXPECT_EQ(first_->get("/api/v1/auth/signing-keys", root).status, 200);
}

}  // namespace
}  // namespace valion
