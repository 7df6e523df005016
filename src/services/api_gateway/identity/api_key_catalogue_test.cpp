// The gateway's API keys on both databases.
#include "services/api_gateway/identity/api_key_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/date.hpp"
#include "contracts/access.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/permissions.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class ApiKeyCatalogueTest : public ::testing::TestWithParam<testing::Engine> {
 protected:
  ApiKeyCatalogue::Made made(const std::string& name) {
    ApiKey wanted;
    wanted.name = name;
    wanted.tenant = "north";
    wanted.roles = {"appraiser"};
    wanted.created_by = "ana";
    return *loop_.run(keys_.create(wanted));
  }
  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  ApiKeyCatalogue keys_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, ApiKeyCatalogueTest,
                         ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(ApiKeyCatalogueTest, FindsAKeyAndKnowsItsSecret) {
  const auto one = made("nightly");
  const auto text = parse_api_key(one.text);
  ASSERT_TRUE(text);
  const auto found = loop_.run(keys_.find(text->id));
  ASSERT_TRUE(found && *found);
  EXPECT_TRUE(has_secret(**found, text->secret));
  EXPECT_FALSE(has_secret(**found, text->secret + "x"));
  EXPECT_EQ((*found)->principal().user, "key:nightly");
  EXPECT_THAT((*found)->principal().roles, ElementsAre("appraiser"));
  EXPECT_NE((*found)->secret_hash, text->secret);
  EXPECT_FALSE(loop_.run(keys_.find("nothing"))->has_value());
}

TEST_P(ApiKeyCatalogueTest, KeepsTheTimeOfTheFirstRevocation) {
  const auto one = made("nightly");
  const auto revoked = loop_.run(keys_.revoke(one.key.id));
  ASSERT_TRUE(revoked);
  EXPECT_FALSE(check_in_force(*revoked, std::chrono::system_clock::now()));
  EXPECT_EQ(loop_.run(keys_.revoke(one.key.id))->revoked_at, revoked->revoked_at);
  EXPECT_EQ(loop_.run(keys_.revoke("nothing")).error().kind, ErrorKind::not_found);
}

TEST_P(ApiKeyCatalogueTest, ListsEveryKey) {
  made("first");
  made("second");
  EXPECT_THAT(*loop_.run(keys_.all()), SizeIs(2));
}

TEST_P(ApiKeyCatalogueTest, KeepsScopesAndALimit) {
  ApiKey wanted;
  wanted.name = "nightly";
  wanted.tenant = "north";
  wanted.roles = {"appraiser"};
  wanted.scopes = {"data:read", "ml:predict"};
  wanted.limit = RateLimit{1'000, 60s};
  const auto one = loop_.run(keys_.create(wanted));
  ASSERT_TRUE(one) << one.error().message;
  const auto found = loop_.run(keys_.find(one->key.id));
  EXPECT_THAT((*found)->scopes, ElementsAre("data:read", "ml:predict"));
  ASSERT_TRUE((*found)->limit);
  EXPECT_EQ((*found)->limit->requests, 1'000u);
  EXPECT_EQ((*found)->limit->window, 60s);
  const auto plain = loop_.run(keys_.find(made("plain").key.id));
  EXPECT_THAT((*plain)->scopes, SizeIs(0));
  EXPECT_FALSE((*plain)->limit);
}

TEST_P(ApiKeyCatalogueTest, CountsItsChanges) {
  const auto first = loop_.run(keys_.version());
  const auto one = made("nightly");
  EXPECT_EQ(*loop_.run(keys_.version()), *first + 1);
  static_cast<void>(loop_.run(keys_.revoke(one.key.id)));
  EXPECT_EQ(*loop_.run(keys_.version()), *first + 2);
  static_cast<void>(loop_.run(keys_.revoke(one.key.id)));
  EXPECT_EQ(*loop_.run(keys_.version()), *first + 2) << "it was revoked already";
  static_cast<void>(loop_.run(keys_.forget(one.key.id)));
  EXPECT_EQ(*loop_.run(keys_.version()), *first + 3);
}

TEST_P(ApiKeyCatalogueTest, NotesTheLastUseToTheMinute) {
  const auto one = made("nightly");
  EXPECT_EQ((*loop_.run(keys_.find(one.key.id)))->last_used_at, "");
  ASSERT_TRUE(loop_.run(keys_.note_used({{one.key.id, 1'795'000'059}, {"nobody", 5}})));
  const std::string noted = (*loop_.run(keys_.find(one.key.id)))->last_used_at;
  EXPECT_EQ(noted, utc_timestamp(std::chrono::system_clock::from_time_t(1'795'000'020)));
  ASSERT_TRUE(loop_.run(keys_.note_used({{one.key.id, 1'794'000'000}})));
  EXPECT_EQ((*loop_.run(keys_.find(one.key.id)))->last_used_at, noted) << "another gateway's older news";
}

TEST(ApiKey, HasScopesNamedAsPermissionsAre) {
  std::string names;
  for (std::size_t i = 0; i < kPermissionCount; ++i) {
    names += (names.empty() ? "" : " ") + std::string(name_of(static_cast<Permission>(i)));
  }
  EXPECT_EQ(contracts::kScopes, names);
}

TEST(ApiKey, EndsWhenItsTimeIsOver) {
  ApiKey key;
  key.expires_at = "2026-11-24T08:00:00.000Z";
  const std::chrono::system_clock::time_point end{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} + 8h};
  EXPECT_TRUE(check_in_force(key, end - 1s));
  EXPECT_EQ(check_in_force(key, end).error().kind, ErrorKind::expired);
}

TEST(ApiKey, HasOneForm) {
  const std::string secret(43, 'x');
  EXPECT_TRUE(parse_api_key("vk_abc123def456_" + secret));
  for (const std::string& wrong :
       {std::string("vk_"), std::string("vk_abc_") + secret, "vk_ABC123def456_" + secret, "vk_abc123def456" + secret,
        std::string("vk_abc123def456_x"), "vk_abc123def456_" + std::string(200, 'x'),
        std::string("pk_abc123def456_") + secret}) {
    EXPECT_FALSE(parse_api_key(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace valion::gateway
