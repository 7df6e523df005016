// The gateway's users on both databases.
#include "services/api_gateway/user_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::gateway {
namespace {

using ::testing::ElementsAre;

User ana() {
  User user;
  user.principal = {"north", "ana", {"admin", "appraiser"}};
  user.password_hash = "$argon2id$…";
  return user;
}

class UserCatalogueTest : public ::testing::TestWithParam<testing::Engine> {
 protected:
  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  UserCatalogue users_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, UserCatalogueTest,
                         ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(UserCatalogueTest, FindsTheFirstUserAsAdded) {
  const auto nothing_more = [] { return Result<void>(); };
  ASSERT_EQ(loop_.run(users_.add_first(ana(), nothing_more)), true);
  const auto found = loop_.run(users_.find("ana"));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->principal.tenant, "north");
  EXPECT_THAT((*found)->principal.roles, ElementsAre("admin", "appraiser"));
  EXPECT_EQ((*found)->password_hash, "$argon2id$…");
  EXPECT_FALSE(loop_.run(users_.find("Ana"))->has_value()) << "names are compared exactly";
}

TEST_P(UserCatalogueTest, AddsAFirstUserOnce) {
  const auto nothing_more = [] { return Result<void>(); };
  ASSERT_EQ(loop_.run(users_.add_first(ana(), nothing_more)), true);
  User eva = ana();
  eva.principal.user = "eva";
  EXPECT_EQ(loop_.run(users_.add_first(eva, nothing_more)), false);
  EXPECT_FALSE(loop_.run(users_.find("eva"))->has_value());
}

TEST_P(UserCatalogueTest, AddsNobodyWhenWhatBelongsToItFails) {
  const auto refuse = [] { return Result<void>(fail(ErrorKind::internal, "the disk is full")); };
  EXPECT_EQ(loop_.run(users_.add_first(ana(), refuse)).error().message, "the disk is full");
  EXPECT_FALSE(loop_.run(users_.find("ana"))->has_value());
}

}  // namespace
}  // namespace valion::gateway
