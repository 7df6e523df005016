// The gateway's users on both databases.
#include "services/api_gateway/identity/user_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/session_catalogue.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"

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
  UserCatalogueTest() { EXPECT_TRUE(loop_.run(tenants_.add({"north", "", false, {}}, ourselves()))); }
  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  TenantCatalogue tenants_{database_};
  SessionCatalogue sessions_{database_};
  UserCatalogue users_{database_};
};

INSTANTIATE_TEST_SUITE_P(Engines, UserCatalogueTest,
                         ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(UserCatalogueTest, FindsTheFirstUserAsAdded) {
  const auto nothing_more = [](soci::session&) { return Result<void>(); };
  ASSERT_EQ(loop_.run(users_.add_first({ana()}, nothing_more)), true);
  const auto found = loop_.run(users_.find("ana"));
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ((*found)->principal.tenant, "north");
  EXPECT_THAT((*found)->principal.roles, ElementsAre("admin", "appraiser"));
  EXPECT_EQ((*found)->password_hash, "$argon2id$…");
  EXPECT_FALSE(loop_.run(users_.find("Ana"))->has_value()) << "names are compared exactly";
}

TEST_P(UserCatalogueTest, AddsAFirstUserOnce) {
  const auto nothing_more = [](soci::session&) { return Result<void>(); };
  ASSERT_EQ(loop_.run(users_.add_first({ana()}, nothing_more)), true);
  User eva = ana();
  eva.principal.user = "eva";
  EXPECT_EQ(loop_.run(users_.add_first({eva}, nothing_more)), false);
  EXPECT_FALSE(loop_.run(users_.find("eva"))->has_value());
}

TEST_P(UserCatalogueTest, OfTwoGatewaysThatStartTogetherOneMakesTheFirstUsers) {
  const auto start = [&] {
    return std::async(std::launch::async, [&] {
      testing::TestLoop loop;
      sql::Database database{place_.url(), 1};
      UserCatalogue users{database};
      return loop.run(users.add_first({ana()}, [](soci::session&) { return Result<void>(); }));
    });
  };
  auto one = start(), other = start();
  const auto a = one.get(), b = other.get();
  ASSERT_TRUE(a && b) << "both start";
  EXPECT_NE(*a, *b);
}

TEST_P(UserCatalogueTest, AddsNobodyWhenWhatBelongsToItFails) {
  const auto refuse = [](soci::session&) { return Result<void>(fail(ErrorKind::internal, "the disk is full")); };
  EXPECT_EQ(loop_.run(users_.add_first({ana()}, refuse)).error().message, "the disk is full");
  EXPECT_FALSE(loop_.run(users_.find("ana"))->has_value());
}

TEST_P(UserCatalogueTest, ChangesAUserAndCutsOffTheTokens) {
  ASSERT_TRUE(loop_.run(users_.add(ana(), ourselves())));
  EXPECT_EQ(loop_.run(users_.add(ana(), ourselves())).error().kind, ErrorKind::conflict);
  EXPECT_EQ(loop_.run(users_.token_cuts())->count("ana"), 0u);
  User eva = ana();
  eva.principal.user = "eva";
  ASSERT_TRUE(loop_.run(users_.add(eva, ourselves())));
  EXPECT_EQ(loop_.run(users_.set_password("ana", "$argon2id$new", ourselves()))->password_hash, "$argon2id$new");
  EXPECT_THAT(loop_.run(users_.set_roles("ana", {"appraiser"}, ourselves()))->principal.roles,
              ElementsAre("appraiser"));
  EXPECT_TRUE(loop_.run(users_.set_disabled("ana", true, ourselves()))->disabled);
  const auto found = loop_.run(users_.find("ana"));
  EXPECT_EQ((*found)->password_hash, "$argon2id$new");
  EXPECT_TRUE((*found)->disabled);
  EXPECT_GT(loop_.run(users_.token_cuts())->at("ana"), 0);
  EXPECT_EQ(loop_.run(users_.token_cuts())->count("eva"), 0u);
  EXPECT_EQ(loop_.run(users_.all())->size(), 2u);
  EXPECT_EQ(loop_.run(users_.set_disabled("nobody", true, ourselves())).error().kind, ErrorKind::not_found);
}

TEST_P(UserCatalogueTest, KeepsTheLastAdminAndTheCutOfARemovedUser) {
  ASSERT_TRUE(loop_.run(users_.add(ana(), ourselves())));
  User eva = ana();
  eva.principal.user = "eva";
  eva.disabled = true;
  ASSERT_TRUE(loop_.run(users_.add(eva, ourselves())));
  EXPECT_EQ(loop_.run(users_.remove("ana", ourselves())).error().kind, ErrorKind::conflict)
      << "a disabled admin does not count";
  EXPECT_EQ(loop_.run(users_.set_roles("ana", {"appraiser"}, ourselves())).error().kind, ErrorKind::conflict);
  EXPECT_TRUE(loop_.run(users_.remove("eva", ourselves())));
  EXPECT_GT(loop_.run(users_.token_cuts())->at("eva"), 0);
}

}  // namespace
}  // namespace valion::gateway
