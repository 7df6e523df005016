// The ring on both databases, alone and shared by two gateways.
#include "services/api_gateway/identity/key_ring.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <thread>

#include "platform/auth/jwk.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using State = RingKey::State;

class KeyRingTest : public ::testing::TestWithParam<testing::Engine> {
 protected:
  // One server of each kind for all tests: starting PostgreSQL takes seconds.
  static testing::TestDatabase& place(testing::Engine engine) {
    std::unique_ptr<testing::TestDatabase>& one = places_[engine];
    if (!one) one = std::make_unique<testing::TestDatabase>(engine);
    return *one;
  }
  static void TearDownTestSuite() { places_.clear(); }

  KeyRingTest() {
    forget_all();
    refresh(ring_);
  }
  void forget_all() {
    const auto forget = [](soci::session& session) { session << "delete from gateway_signing_keys"; };
    ASSERT_TRUE(loop_.run(database_.run(forget)));
  }
  void refresh(KeyRing& ring) {
    const auto refreshed = loop_.run(ring.refresh(now_));
    ASSERT_TRUE(refreshed) << refreshed.error().message;
  }
  [[nodiscard]] std::string issue(const KeyRing& ring) const {
    return AccessTokens(ring, 3'600s).issue({"acme", "ana", {"appraiser"}}, "", now_).text;
  }
  [[nodiscard]] bool verifies(const KeyRing& ring, const std::string& token) const {
    const auto parsed = auth::parse_token(token);
    const auth::PublicKey* key = ring.find(parsed->key_id, now_);
    return key != nullptr && auth::is_signed_by(*key, *parsed) &&
           auth::read_access_claims(*parsed, {"valion", "valion"}, now_).has_value();
  }
  [[nodiscard]] static std::string id_of(const KeyRing& ring, State state) {
    for (const RingKey& key : ring.keys()) {
      if (key.state == state) return key.id;
    }
    return "";
  }
  [[nodiscard]] std::string column(const std::string& name) {
    std::string text;
    const auto read = [&](soci::session& session) {
      const soci::rowset<std::string> rows = (session.prepare << "select " + name + " from gateway_signing_keys");
      for (const std::string& value : rows) text += value + "\n";
    };
    static_cast<void>(loop_.run(database_.read(read)));
    return text;
  }

  static inline std::map<testing::Engine, std::unique_ptr<testing::TestDatabase>> places_;
  testing::TemporaryFolder folder_;
  testing::TestLoop loop_;
  sql::Database database_{place(GetParam()).url()};
  const auth::SigningKey sealing_key_ = auth::SigningKey::load_or_create(folder_.path() / "gateway.key");
  KeyRing::Time now_ = std::chrono::system_clock::from_time_t(1'795'000'000);
  KeyRing ring_{database_, sealing_key_};
};

INSTANTIATE_TEST_SUITE_P(Engines, KeyRingTest, ::testing::Values(testing::Engine::sqlite, testing::Engine::postgresql),
                         testing::name_of_case);

TEST_P(KeyRingTest, BeginsWithAnActiveAndANextKeyBothPublished) {
  ASSERT_THAT(ring_.keys(), SizeIs(2));
  EXPECT_EQ(ring_.keys()[0].state, State::next);
  EXPECT_EQ(ring_.keys()[1].state, State::active);
  const auto set = auth::parse_key_set(ring_.jwks());
  ASSERT_TRUE(set);
  EXPECT_THAT(set->keys, SizeIs(2));
  EXPECT_TRUE(verifies(ring_, issue(ring_)));
}

TEST_P(KeyRingTest, StaysTheSameWhenReadAgain) {
  const std::string before = ring_.jwks();
  refresh(ring_);
  EXPECT_EQ(ring_.jwks(), before);
  EXPECT_EQ(ring_.generation(), 0u);
}

TEST_P(KeyRingTest, RotatesWithoutFailingATokenOfTheKeyBefore) {
  const std::string next = id_of(ring_, State::next);
  const std::string active = id_of(ring_, State::active);
  const std::string token = issue(ring_);
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  EXPECT_EQ(id_of(ring_, State::active), next);
  EXPECT_EQ(id_of(ring_, State::retired), active);
  EXPECT_THAT(ring_.jwks(), HasSubstr(active));
  EXPECT_TRUE(verifies(ring_, token));
  EXPECT_TRUE(verifies(ring_, issue(ring_)));
  EXPECT_EQ(ring_.generation(), 0u) << "nothing has gone yet";
}

TEST_P(KeyRingTest, LetsARetiredKeyGoWhenItsLastTokenHasExpired) {
  const std::string active = id_of(ring_, State::active);
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  now_ += 3'659s;
  refresh(ring_);
  EXPECT_NE(ring_.find(active, now_), nullptr);
  now_ += 1s;
  EXPECT_EQ(ring_.find(active, now_), nullptr) << "also before anybody has looked";
  refresh(ring_);
  EXPECT_THAT(ring_.jwks(), Not(HasSubstr(active)));
  EXPECT_EQ(ring_.generation(), 1u);
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  EXPECT_THAT(column("id"), Not(HasSubstr(active))) << "and its row with the next rotation";
}

TEST_P(KeyRingTest, DoesNotRotateToAKeyThatNobodyMayKnowYet) {
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  EXPECT_FALSE(loop_.run(ring_.rotate(now_))) << "not even within the second of the first start";
  now_ += 100s;
  const auto refused = loop_.run(ring_.rotate(now_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("published 100 s ago"));
  EXPECT_THAT(refused.error().message, HasSubstr("before 200 s"));
  now_ += 200s;
  EXPECT_TRUE(loop_.run(ring_.rotate(now_)));
}

TEST_P(KeyRingTest, WithdrawsEveryKeyAtOnce) {
  const std::string token = issue(ring_);
  ASSERT_TRUE(loop_.run(ring_.rotate(now_, true)));
  EXPECT_FALSE(verifies(ring_, token));
  EXPECT_EQ(ring_.generation(), 1u);
  EXPECT_THAT(ring_.keys(), SizeIs(2));
  EXPECT_TRUE(verifies(ring_, issue(ring_)));
}

TEST_P(KeyRingTest, IsSharedByGatewaysThatShareTheDatabase) {
  KeyRing other(database_, sealing_key_);
  refresh(other);
  EXPECT_EQ(other.jwks(), ring_.jwks());
  const std::string before = issue(other);
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  EXPECT_TRUE(verifies(other, issue(ring_))) << "the new key was published before, so it is known without asking";
  EXPECT_TRUE(verifies(ring_, issue(other))) << "and who has not heard yet still signs with the one before";
  refresh(other);
  EXPECT_EQ(id_of(other, State::active), id_of(ring_, State::active));
  EXPECT_TRUE(verifies(other, before));
}

TEST_P(KeyRingTest, IsMadeOnceByGatewaysThatStartTogether) {
  constexpr int kGateways = 6;
  forget_all();
  std::vector<std::string> sets(kGateways);
  std::vector<std::thread> gateways;
  for (std::string& set : sets) {
    gateways.emplace_back([&] {
      testing::TestLoop loop;
      sql::Database database(place(GetParam()).url(), 1);
      KeyRing ring(database, sealing_key_);
      const auto made = loop.run(ring.refresh(now_));
      set = made ? ring.jwks() : made.error().message;
    });
  }
  for (std::thread& gateway : gateways) gateway.join();
  for (const std::string& set : sets) EXPECT_EQ(set, sets[0]);
}

TEST_P(KeyRingTest, KeepsNoSecretThatTheDatabaseAloneGivesAway) {
  testing::TemporaryFolder elsewhere;
  const auto other_key = auth::SigningKey::load_or_create(elsewhere.path() / "gateway.key");
  KeyRing thief(database_, other_key);
  refresh(thief);
  EXPECT_FALSE(verifies(ring_, issue(thief))) << "another sealing key, another ring";
  EXPECT_FALSE(verifies(thief, issue(ring_)));
  refresh(ring_);
  EXPECT_FALSE(verifies(ring_, issue(thief))) << "rows that do not unseal are no keys of ours";
  EXPECT_TRUE(verifies(ring_, issue(ring_)));
}

TEST_P(KeyRingTest, TakesNoRowWhoseKeyWasExchanged) {
  const std::string token = issue(ring_);
  const auto exchange = [](soci::session& session) {
    session << "update gateway_signing_keys set point = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' "
               "where state = 'active'";
  };
  ASSERT_TRUE(loop_.run(database_.run(exchange)));
  refresh(ring_);
  EXPECT_THAT(ring_.jwks(), Not(HasSubstr("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")));
  EXPECT_FALSE(verifies(ring_, token));
  EXPECT_TRUE(verifies(ring_, issue(ring_))) << "the next one was activated";
}

TEST_P(KeyRingTest, ForgetsTheSecretOfARetiredKey) {
  ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  std::size_t shortest = std::string::npos;
  std::string rest = column("sealed");
  for (std::size_t end = 0; (end = rest.find('\n')) != std::string::npos; rest.erase(0, end + 1)) {
    shortest = std::min(shortest, end);
  }
  EXPECT_EQ(shortest, 54u) << "nonce and tag of nothing: 40 bytes";
}

TEST_P(KeyRingTest, RotatesByItselfAfterItsTime) {
  KeyRingSettings settings;
  settings.rotate_after = 24h;
  KeyRing ring(database_, sealing_key_, settings);
  refresh(ring);
  const std::string active = id_of(ring, State::active);
  now_ += 23h;
  refresh(ring);
  EXPECT_EQ(id_of(ring, State::active), active);
  now_ += 1h;
  refresh(ring);
  EXPECT_EQ(id_of(ring, State::retired), active);
  refresh(ring);
  EXPECT_THAT(ring.keys(), SizeIs(3)) << "once";
}

}  // namespace
}  // namespace valion::gateway
