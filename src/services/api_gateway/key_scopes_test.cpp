// What a key may do, when it was narrowed; and what is said of it.
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

class KeyScopesTest : public ::testing::Test {
 protected:
  KeyScopesTest() {
    settings_.home = folder_.path();
    settings_.heartbeat = 50ms;
    settings_.redis_url = redis_.url();
    settings_.gateway_admin_port = 0;
    gateway_ = std::make_unique<testing::RunningService<ApiGateway>>(settings_);
    const std::string file = testing::content_of(folder_.path() / "secrets" / "cli.json");
    const auto credential = json::decode<contracts::TokenRequest>(file, json::Unknown::ignored).value();
    const Answer answer = gateway_->post("/api/v1/auth/token", "", json::encode(credential));
    admin_ = json::decode<contracts::TokenAnswer>(answer.body, json::Unknown::ignored).value().access_token;
  }
  Answer create(const std::string& json) { return gateway_->post("/api/v1/auth/keys", admin_, json); }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
  std::unique_ptr<testing::RunningService<ApiGateway>> gateway_;
  std::string admin_;
};

TEST_F(KeyScopesTest, NarrowWhatTheRolesAllow) {
  const Answer answer = create(R"({"name":"watch","roles":["admin"],"scopes":["account:read"],)"
                               R"("limit":{"requests":100,"window_seconds":10}})");
  ASSERT_EQ(answer.status, 201) << answer.body;
  const auto made = json::decode<contracts::CreatedKey>(answer.body);
  ASSERT_TRUE(made);
  EXPECT_THAT(*made->key.scopes, ElementsAre("account:read"));
  EXPECT_EQ(made->key.limit->requests, 100);
  EXPECT_EQ(made->key.limit->window_seconds, 10);
  EXPECT_EQ(gateway_->get("/api/v1/auth/me", made->secret).status, 200);
  EXPECT_EQ(gateway_->get("/api/v1/auth/users", made->secret).status, 403) << "its role would, its scopes do not";
}

TEST_F(KeyScopesTest, CannotGiveMoreThanTheRoles) {
  const Answer answer = create(R"({"name":"watch","roles":["viewer"],"scopes":["users:read","account:read"]})");
  const auto made = json::decode<contracts::CreatedKey>(answer.body);
  ASSERT_TRUE(made) << answer.body;
  EXPECT_EQ(gateway_->get("/api/v1/auth/users", made->secret).status, 403);
  EXPECT_EQ(gateway_->get("/api/v1/auth/me", made->secret).status, 200);
}

TEST_F(KeyScopesTest, AreNamedAsPermissionsAre) {
  for (const char* wrong : {R"(["everything"])", R"([])", R"(["data:read","data:read"])", R"("data:read")"}) {
    const Answer refused = create(std::string(R"({"name":"watch","scopes":)") + wrong + "}");
    EXPECT_EQ(refused.status, 422) << wrong;
    EXPECT_THAT(refused.body, HasSubstr("/scopes")) << wrong;
  }
  EXPECT_EQ(create(R"({"name":"watch","limit":{"requests":0}})").status, 422);
}

TEST_F(KeyScopesTest, AKeySaysWhenItWasUsed) {
  const auto made = json::decode<contracts::CreatedKey>(create(R"({"name":"nightly"})").body);
  ASSERT_TRUE(made);
  EXPECT_FALSE(made->key.last_used_at);
  EXPECT_EQ(gateway_->get("/api/v1/auth/me", made->secret).status, 200);
  EXPECT_TRUE(testing::eventually(
      [&] { return gateway_->get("/api/v1/auth/keys", admin_).body.find("last_used_at") != std::string::npos; }));
}

}  // namespace
}  // namespace valion
