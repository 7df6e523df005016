// Sessions on both databases: refreshing, theft, logout elsewhere.
#include "services/api_gateway/identity/session_catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "platform/audit/verify.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/tenant_catalogue.hpp"
#include "services/api_gateway/identity/withdrawal_log.hpp"

namespace valion::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using valion::testing::Engine;

constexpr std::int64_t kMonth = 30 * 86'400;
const Actor kAnaFromHome{"default", "ana", "203.0.113.7", "r1"};

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// One gateway's view of the database.
struct Gateway {
  explicit Gateway(const std::string& url) : database(url, 2) {}
  sql::Database database;
  TenantCatalogue tenants{database};
  UserCatalogue users{database};
  SessionCatalogue sessions{database};
  WithdrawalLog withdrawals{database, std::chrono::hours(24)};
};

class SessionTest : public ::testing::TestWithParam<Engine> {
 protected:
  SessionTest() {
    ana_.principal = {"default", "ana", {"appraiser"}};
    ana_.password_hash = "$argon2id$1";
    EXPECT_TRUE(loop_.run(here_.users.add(ana_, ourselves())));
  }
  SessionCatalogue::Opened opened(bool refreshable = true) {
    auto made = loop_.run(here_.sessions.open({ana_, now(), now() + kMonth, refreshable, "curl/8", {}}, kAnaFromHome));
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }
  Result<SessionCatalogue::Refreshed> refreshed(const std::string& token, std::int64_t when = now()) {
    return loop_.run(here_.sessions.refresh(token, when, Actor{"", "", "198.51.100.9", "r2"}));
  }
  bool is_withdrawn(Gateway& gateway, const std::string& session) {
    EXPECT_TRUE(loop_.run(gateway.withdrawals.refresh()));
    return gateway.withdrawals.is_withdrawn({"ana", session, "jti", now() + 60, "default"});
  }
  std::vector<std::string> audit() {
    const auto look = [](soci::session& session) {
      std::vector<std::string> lines;
      for (const audit::Record& one : audit::read(session, {})) {
        lines.push_back(one.action + " " + one.outcome + " " + one.actor + " " + one.detail);
      }
      return lines;
    };
    return loop_.run(here_.database.read(look)).value();
  }

  valion::testing::TestDatabase place_{GetParam()};
  valion::testing::TestLoop loop_;
  Gateway here_{place_.url()};
  Gateway elsewhere_{place_.url()};
  User ana_;
};

INSTANTIATE_TEST_SUITE_P(Engines, SessionTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         valion::testing::name_of_case);

TEST_P(SessionTest, EachRefreshGivesTheNextTokenOfTheSameSession) {
  const auto first = opened();
  EXPECT_THAT(first.refresh_token, StartsWith("vr_"));
  const auto second = refreshed(first.refresh_token);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->session.id, first.session.id);
  EXPECT_EQ(second->user.principal.user, "ana");
  EXPECT_NE(second->refresh_token, first.refresh_token);
  EXPECT_TRUE(refreshed(second->refresh_token));
  EXPECT_EQ(refreshed("vr_unknown").error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(refreshed("").error().kind, ErrorKind::unauthenticated);
}

TEST_P(SessionTest, ATokenThatComesASecondTimeEndsTheWholeSession) {
  const auto first = opened();
  const auto second = refreshed(first.refresh_token);
  EXPECT_FALSE(is_withdrawn(elsewhere_, first.session.id));
  EXPECT_EQ(refreshed(first.refresh_token).error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(refreshed(second->refresh_token).error().kind, ErrorKind::unauthenticated) << "the thief's or the owner's";
  EXPECT_TRUE(is_withdrawn(here_, first.session.id));
  EXPECT_TRUE(is_withdrawn(elsewhere_, first.session.id)) << "and its access tokens on every gateway";
  EXPECT_THAT(audit().back(), HasSubstr("session.refresh refused ana a refresh token came a second time"));
  const auto told = audit().size();
  EXPECT_FALSE(refreshed(first.refresh_token));
  EXPECT_THAT(audit(), SizeIs(told)) << "told once";
}

TEST_P(SessionTest, OfTwoRefreshesAtOnceNeitherSurvives) {
  const auto first = opened();
  const auto race = [&](Gateway& gateway) {
    return std::async(std::launch::async, [&] {
      valion::testing::TestLoop loop;
      return loop.run(gateway.sessions.refresh(first.refresh_token, now(), Actor{}));
    });
  };
  auto one = race(here_), other = race(elsewhere_);
  const auto a = one.get(), b = other.get();
  EXPECT_NE(a.has_value(), b.has_value()) << "exactly one got a token";
  EXPECT_TRUE(is_withdrawn(here_, first.session.id)) << "they cannot be told from theft: there is no grace";
  EXPECT_FALSE(refreshed((a ? a : b)->refresh_token));
}

TEST_P(SessionTest, LogoutCountsOnEveryGateway) {
  const auto home = opened(), office = opened();
  ASSERT_TRUE(loop_.run(here_.sessions.end(home.session.id, kAnaFromHome)));
  EXPECT_TRUE(is_withdrawn(elsewhere_, home.session.id));
  EXPECT_FALSE(is_withdrawn(elsewhere_, office.session.id));
  EXPECT_FALSE(refreshed(home.refresh_token));
  EXPECT_TRUE(refreshed(office.refresh_token));
  EXPECT_EQ(loop_.run(here_.sessions.end(home.session.id, kAnaFromHome)).error().kind, ErrorKind::not_found);
  const Actor eva{"default", "eva", "", ""};
  EXPECT_EQ(loop_.run(here_.sessions.end(office.session.id, eva)).error().kind, ErrorKind::not_found) << "not hers";
  EXPECT_EQ(loop_.run(here_.sessions.end_all(kAnaFromHome)).value(), 1);
  EXPECT_TRUE(is_withdrawn(elsewhere_, office.session.id));
  EXPECT_TRUE(loop_.run(here_.sessions.of_user("ana", now()))->empty());
}

TEST_P(SessionTest, ListsWhatIsInForce) {
  const auto login = opened();
  opened(false);
  const auto sessions = loop_.run(here_.sessions.of_user("ana", now())).value();
  ASSERT_THAT(sessions, SizeIs(2));
  EXPECT_EQ(sessions[0].address, "203.0.113.7");
  EXPECT_EQ(sessions[0].agent, "curl/8");
  EXPECT_TRUE(loop_.run(here_.sessions.of_user("ana", now() + kMonth + 1))->empty());
  EXPECT_FALSE(refreshed(login.refresh_token, now() + kMonth + 1)) << "no refresh goes beyond the session";
}

TEST_P(SessionTest, AChangeOfTheUserEndsSessions) {
  const auto login = opened();
  ASSERT_TRUE(loop_.run(here_.users.set_password("ana", "$argon2id$2", ourselves())));
  EXPECT_FALSE(refreshed(login.refresh_token));
  EXPECT_TRUE(is_withdrawn(elsewhere_, login.session.id));
  EXPECT_EQ(loop_.run(here_.sessions.open({ana_, now(), now() + kMonth, true, "", {}}, kAnaFromHome)).error().kind,
            ErrorKind::unauthenticated)
      << "with a password that was changed while it was being checked";
}

TEST_P(SessionTest, NobodyOfADisabledTenantGetsIn) {
  ASSERT_TRUE(loop_.run(here_.tenants.add({"north", "North", false, {}}, ourselves())));
  EXPECT_EQ(loop_.run(here_.tenants.add({"north", "", false, {}}, ourselves())).error().kind, ErrorKind::conflict);
  ana_.principal = {"north", "bea", {"viewer"}};
  ASSERT_TRUE(loop_.run(here_.users.add(ana_, ourselves())));
  const auto login = opened();
  ASSERT_TRUE(loop_.run(here_.tenants.set_disabled("north", true, ourselves())));
  EXPECT_FALSE(refreshed(login.refresh_token));
  EXPECT_FALSE(loop_.run(here_.sessions.open({ana_, now(), now() + kMonth, true, "", {}}, kAnaFromHome)));
  ASSERT_TRUE(loop_.run(elsewhere_.withdrawals.refresh()));
  EXPECT_TRUE(elsewhere_.withdrawals.is_withdrawn({"key:nightly", "", "", 0, "north"})) << "keys neither";
  EXPECT_FALSE(elsewhere_.withdrawals.is_withdrawn({"key:nightly", "", "", 0, "default"}));
  const auto generation = elsewhere_.withdrawals.generation();
  ASSERT_TRUE(loop_.run(here_.tenants.set_disabled("north", false, ourselves())));
  ASSERT_TRUE(loop_.run(elsewhere_.withdrawals.refresh()));
  EXPECT_FALSE(elsewhere_.withdrawals.is_withdrawn({"key:nightly", "", "", 0, "north"}));
  EXPECT_GT(elsewhere_.withdrawals.generation(), generation);
  EXPECT_TRUE(refreshed(login.refresh_token)) << "the refused one was not used up";
  EXPECT_EQ(loop_.run(here_.tenants.set_disabled("default", true, ourselves())).error().kind, ErrorKind::conflict);
  EXPECT_EQ(loop_.run(here_.users.add({{"nowhere", "x", {"viewer"}}, "h"}, ourselves())).error().kind,
            ErrorKind::invalid);
}

TEST_P(SessionTest, EveryChangeIsInTheChain) {
  opened();
  ASSERT_TRUE(loop_.run(here_.users.set_roles("ana", {"viewer"}, kAnaFromHome)));
  EXPECT_THAT(audit(), ElementsAre("user.add done system roles appraiser", "login done ana ",
                                   "user.roles done ana roles viewer"));
  EXPECT_FALSE(audit::verify(here_.database)->broken);
}

}  // namespace
}  // namespace valion::gateway
