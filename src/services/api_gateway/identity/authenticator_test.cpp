// Who is let in, and how soon he is out again.
#include "services/api_gateway/identity/authenticator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include <boost/asio/co_spawn.hpp>

#include "base/date.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/access_tokens.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Withdrawals as another gateway would write them: known after refresh().
class WrittenWithdrawals final : public Withdrawals {
 public:
  std::set<std::string> users, sessions, tenants;  // written

  [[nodiscard]] bool is_withdrawn(const IssuedToken& token) const override {
    ++asked;
    return read_users_.contains(std::string(token.user)) || read_sessions_.contains(std::string(token.session)) ||
           read_tenants_.contains(std::string(token.tenant));
  }
  [[nodiscard]] std::uint64_t generation() const noexcept override { return generation_; }
  Async<Result<void>> refresh() override {
    ++refreshed;
    if (users != read_users_ || sessions != read_sessions_ || tenants != read_tenants_) ++generation_;
    read_users_ = users;
    read_sessions_ = sessions;
    read_tenants_ = tenants;
    co_return Result<void>{};
  }
  mutable int asked = 0;
  int refreshed = 0;

 private:
  std::set<std::string> read_users_, read_sessions_, read_tenants_;
  std::uint64_t generation_ = 0;
};

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    EXPECT_TRUE(loop_.run(ring_.refresh(now_)));
    EXPECT_TRUE(loop_.run(gate_.refresh()));
  }
  [[nodiscard]] std::string token(const std::string& user = "ana", const std::string& session = "s1") const {
    return AccessTokens(ring_, 3'600s).issue({"acme", user, {"appraiser"}}, session, now_).text;
  }
  Result<CallerPtr> verify(const std::string& credential, const std::string& address = "192.0.2.1") {
    return loop_.run(gate_.verify(credential, address, now_));
  }
  ApiKeyCatalogue::Made made(const std::function<void(ApiKey&)>& change = [](ApiKey&) {}) {
    ApiKey key;
    key.name = "nightly";
    key.tenant = "acme";
    key.roles = {"appraiser"};
    change(key);
    return *loop_.run(keys_.create(key));
  }
  void expect_refused(const std::string& credential, ErrorKind kind = ErrorKind::unauthenticated) {
    EXPECT_EQ(gate_.known(credential, now_), nullptr) << credential;
    const auto caller = verify(credential);
    ASSERT_FALSE(caller) << credential;
    EXPECT_EQ(caller.error().kind, kind) << caller.error().message;
  }

  testing::TemporaryFolder folder_;
  testing::TestLoop loop_;
  sql::Database database_{"sqlite:" + (folder_.path() / "gateway.db").string()};
  const auth::SigningKey gateway_key_ = auth::SigningKey::load_or_create(folder_.path() / "gateway.key");
  const auth::SigningKey internal_key_ = auth::SigningKey::load_or_create(folder_.path() / "internal.key");
  CpuPool cpu_{2, 256};
  KeyRing ring_{database_, gateway_key_};
  ApiKeyCatalogue keys_{database_};
  WrittenWithdrawals withdrawals_;
  Authenticator gate_{loop_.executor(), {ring_, keys_, withdrawals_, nullptr, cpu_, internal_key_}};
  Authenticator::Time now_ = std::chrono::system_clock::now();
};

TEST_F(AuthenticatorTest, KnowsATokenOnceItWasVerified) {
  const std::string text = token();
  EXPECT_EQ(gate_.known(text, now_), nullptr);
  const auto verified = verify(text);
  ASSERT_TRUE(verified) << verified.error().message;
  const CallerPtr caller = gate_.known(text, now_);
  EXPECT_EQ(caller, *verified);
  EXPECT_EQ(caller->kind, CallerKind::user);
  EXPECT_EQ(caller->principal.tenant, "acme");
  EXPECT_EQ(caller->principal.user, "ana");
  EXPECT_EQ(caller->subject, "user:acme/ana");
  EXPECT_EQ(caller->session, "s1");
  EXPECT_THAT(caller->scopes, IsEmpty());
}

TEST_F(AuthenticatorTest, CountsTokensOfOneUserAsOneSubject) {
  EXPECT_EQ((*verify(token()))->subject, (*verify(token("ana", "s2")))->subject);
  EXPECT_NE((*verify(token()))->subject, (*verify(token("eva")))->subject);
}

TEST_F(AuthenticatorTest, TellsTheHousesProgramsByTheirRole) {
  const std::string text =
      AccessTokens(ring_, 3'600s).issue({"acme", "bench", {"service", "appraiser"}}, "", now_).text;
  const auto caller = verify(text);
  EXPECT_EQ((*caller)->kind, CallerKind::service);
  EXPECT_EQ((*caller)->subject, "service:acme/bench");
}

TEST_F(AuthenticatorTest, DropsATokenWhenItExpires) {
  const std::string text = token();
  ASSERT_TRUE(verify(text));
  const std::int64_t issued = std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count();
  now_ = std::chrono::system_clock::from_time_t(issued + 3'604);
  EXPECT_NE(gate_.known(text, now_), nullptr);
  now_ += 1s;
  expect_refused(text, ErrorKind::expired);
}

TEST_F(AuthenticatorTest, RefusesForgedTokensAndRemembersNone) {
  std::string forged = token();
  forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
  expect_refused(forged);
  expect_refused(forged);
  expect_refused("");
  expect_refused("a.b.c");
}

TEST_F(AuthenticatorTest, RefusesAnIssuerThatNobodyTrusts) {
  expect_refused(AccessTokens(ring_, 3'600s, "https://elsewhere.example").issue({"acme", "ana", {}}, "", now_).text);
}

TEST_F(AuthenticatorTest, RefusesTheInternalAudience) {
  const auth::TokenSettings internal{auth::kInternalAudience, 60s, 5s};
  expect_refused(auth::issue_token(internal_key_, internal, {"acme", "ana", {"admin"}}, now_));
}

TEST_F(AuthenticatorTest, PutsACutOffUserOutWhenItHears) {
  const std::string text = token();
  ASSERT_TRUE(verify(text));
  withdrawals_.users.insert("ana");
  EXPECT_NE(gate_.known(text, now_), nullptr) << "nobody has said it yet";
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  expect_refused(text);
  EXPECT_TRUE(verify(token("eva")));
}

TEST_F(AuthenticatorTest, PutsAnEndedSessionOutAndLeavesTheOthers) {
  const std::string ended = token("ana", "s1");
  const std::string other = token("ana", "s2");
  ASSERT_TRUE(verify(ended));
  ASSERT_TRUE(verify(other));
  withdrawals_.sessions.insert("s1");
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  expect_refused(ended);
  EXPECT_NE(gate_.known(other, now_), nullptr);
}

TEST_F(AuthenticatorTest, AsksAboutAKnownTokenOncePerChange) {
  const std::string text = token();
  ASSERT_TRUE(verify(text));
  withdrawals_.users.insert("somebody else");
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  const int before = withdrawals_.asked;
  for (int i = 0; i < 100; ++i) EXPECT_NE(gate_.known(text, now_), nullptr);
  EXPECT_EQ(withdrawals_.asked, before + 1);
}

// Changes made through another gateway: nobody calls refresh() but the authenticator itself.
TEST_F(AuthenticatorTest, HearsOfChangesByItself) {
  AuthenticatorSettings settings;
  settings.every = 20ms;
  Authenticator gate(loop_.executor(), {ring_, keys_, withdrawals_, nullptr, cpu_, internal_key_}, settings);
  gate.start();
  const std::string text = token();
  ASSERT_TRUE(loop_.run(gate.verify(text, "", now_)));
  withdrawals_.users.insert("ana");
  loop_.run_until([&] { return gate.known(text, now_) == nullptr; });
  EXPECT_FALSE(loop_.run(gate.verify(text, "", now_)));
}

TEST_F(AuthenticatorTest, BelievesNothingUnaskedAfterAChangeMadeHere) {
  const std::string text = token();
  ASSERT_TRUE(verify(text));
  withdrawals_.users.insert("ana");
  gate_.forget();
  expect_refused(text);
  EXPECT_TRUE(verify(token("eva")));
}

TEST_F(AuthenticatorTest, FailsNoTokenWhileKeysRotate) {
  std::vector<std::string> tokens;
  for (int rotation = 0; rotation < 3; ++rotation) {
    for (int i = 0; i < 5; ++i) tokens.push_back(token());
    now_ += 301s;
    ASSERT_TRUE(loop_.run(ring_.rotate(now_)));
  }
  for (const std::string& text : tokens) EXPECT_TRUE(verify(text)) << text;
  for (const std::string& text : tokens) EXPECT_NE(gate_.known(text, now_), nullptr);
}

TEST_F(AuthenticatorTest, DropsTheTokensOfAWithdrawnKey) {
  const std::string text = token();
  ASSERT_TRUE(verify(text));
  ASSERT_TRUE(loop_.run(ring_.rotate(now_, true)));
  expect_refused(text);
  EXPECT_TRUE(verify(token()));
}

// Another gateway rotated twice since we looked: its key has a name that we have not heard.
TEST_F(AuthenticatorTest, LooksForAKeyThatItDoesNotKnow) {
  KeyRing other(database_, gateway_key_);
  ASSERT_TRUE(loop_.run(other.refresh(now_)));
  for (int rotation = 0; rotation < 2; ++rotation) {
    now_ += 301s;
    ASSERT_TRUE(loop_.run(other.rotate(now_)));
  }
  EXPECT_TRUE(verify(AccessTokens(other, 3'600s).issue({"acme", "ana", {}}, "", now_).text));
}

TEST_F(AuthenticatorTest, VerifiesAStormOfNewTokensOnAllThreads) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 200; ++i) tokens.push_back(token("user" + std::to_string(i)));
  int good = 0;
  int ended = 0;
  const auto one = [](Authenticator& gate, std::string text, Authenticator::Time now, int& passed,
                      int& done) -> Async<void> {
    const auto caller = co_await gate.verify(std::move(text), "", now);
    passed += caller ? 1 : 0;
    ++done;
  };
  for (const std::string& text : tokens) {
    asio::co_spawn(loop_.executor(), one(gate_, text, now_, good, ended), [](std::exception_ptr) {});
  }
  loop_.run_until([&] { return ended == 200; });
  EXPECT_EQ(good, 200);
}

TEST_F(AuthenticatorTest, GivesTheServicesATokenOfTheirOwn) {
  const std::string text =
      AccessTokens(ring_, 3'600s).issue({"acme", "bench", {"service", "appraiser"}}, "", now_).text;
  const CallerPtr caller = *verify(text);
  const std::string first = gate_.internal_authorization(*caller, now_);
  EXPECT_EQ(gate_.internal_authorization(*caller, now_ + 29s), first);
  EXPECT_NE(gate_.internal_authorization(*caller, now_ + 31s), first);
  ASSERT_TRUE(first.starts_with("Bearer "));
  const auth::TokenSettings internal{auth::kInternalAudience, 60s, 5s};
  const auto principal = auth::verify_token(internal_key_, internal, first.substr(7), now_ + 59s);
  ASSERT_TRUE(principal) << principal.error().message;
  EXPECT_EQ(principal->tenant, "acme");
  EXPECT_EQ(principal->user, "bench");
  EXPECT_THAT(principal->roles, ElementsAre("appraiser")) << "what services are to one another, no client ever is";
}

TEST_F(AuthenticatorTest, KnowsAnApiKeyOnceItWasLookedUp) {
  const auto key = made([](ApiKey& wanted) {
    wanted.scopes = {"data:read"};
    wanted.limit = RateLimit{5, 60s};
  });
  const auto caller = verify(key.text);
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(gate_.known(key.text, now_), *caller);
  EXPECT_EQ((*caller)->kind, CallerKind::api_key);
  EXPECT_EQ((*caller)->subject, "key:" + key.key.id);
  EXPECT_EQ((*caller)->principal.user, "key:nightly");
  EXPECT_THAT((*caller)->scopes, ElementsAre("data:read"));
  EXPECT_EQ((*caller)->limit->requests, 5u);
}

TEST_F(AuthenticatorTest, DropsARevokedApiKeyWhenItHears) {
  const auto key = made();
  const auto other = made();
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  ASSERT_TRUE(verify(key.text));
  ASSERT_TRUE(verify(other.text));
  ASSERT_TRUE(loop_.run(keys_.revoke(key.key.id)));
  EXPECT_NE(gate_.known(key.text, now_), nullptr) << "nobody has said it yet";
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  expect_refused(key.text);
  EXPECT_TRUE(verify(other.text));
}

TEST_F(AuthenticatorTest, DropsAnApiKeyWhenItExpires) {
  const auto key = made([&](ApiKey& wanted) { wanted.expires_at = utc_timestamp(now_ + 60s); });
  ASSERT_TRUE(verify(key.text));
  now_ += 61s;
  expect_refused(key.text, ErrorKind::expired);
}

TEST_F(AuthenticatorTest, DropsTheApiKeysOfADisabledTenant) {
  const auto key = made();
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  ASSERT_TRUE(verify(key.text));
  withdrawals_.tenants.insert("acme");
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  expect_refused(key.text);
}

TEST_F(AuthenticatorTest, RefusesAnApiKeyWithAnotherSecret) {
  const auto key = made();
  std::string forged = key.text;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  expect_refused(forged);
  expect_refused("vk_");
  expect_refused("vk_aaaaaaaaaaaa_" + std::string(43, 'x'));
  EXPECT_TRUE(verify(key.text));
}

TEST_F(AuthenticatorTest, SlowsDownGuessingOfApiKeys) {
  int refused = 0;
  for (int guess = 0; guess < 40; ++guess) {
    const std::string text = "vk_guess" + std::to_string(1'000'000 + guess) + "_" + std::string(43, 'x');
    const auto caller = verify(text, "203.0.113.9");
    refused += caller.error().kind == ErrorKind::too_many_requests ? 1 : 0;
  }
  EXPECT_EQ(refused, 10);
  EXPECT_TRUE(verify(made().text, "192.0.2.1")) << "another address is another matter";
}

// 64 connections of a bench come at once with one key: one look, and nobody takes them for a guesser.
TEST_F(AuthenticatorTest, LooksUpAnApiKeyOnceForAllWhoAskTogether) {
  const auto key = made();
  int good = 0;
  int ended = 0;
  const auto one = [](Authenticator& gate, std::string text, Authenticator::Time now, int& passed,
                      int& done) -> Async<void> {
    const auto caller = co_await gate.verify(std::move(text), "192.0.2.7", now);
    passed += caller ? 1 : 0;
    ++done;
  };
  for (int i = 0; i < 64; ++i) {
    asio::co_spawn(loop_.executor(), one(gate_, key.text, now_, good, ended), [](std::exception_ptr) {});
  }
  loop_.run_until([&] { return ended == 64; });
  EXPECT_EQ(good, 64);
}

TEST_F(AuthenticatorTest, NotesWhenAnApiKeyWasUsed) {
  const auto key = made();
  ASSERT_TRUE(verify(key.text));
  ASSERT_TRUE(loop_.run(gate_.refresh()));
  const auto found = loop_.run(keys_.find(key.key.id));
  EXPECT_THAT((*found)->last_used_at, Not(IsEmpty()));
}

TEST(Credential, IsTheKeyOrTheBearer) {
  EXPECT_EQ(*credential_of(Fields{{"Host", "x"}, {"authorization", "Bearer abc"}}), "abc");
  EXPECT_EQ(*credential_of(Fields{{"X-API-Key", "vk_1"}}), "vk_1");
  EXPECT_EQ(*credential_of(Fields{{"Authorization", "Bearer abc"}, {"x-api-key", "vk_1"}}), "vk_1");
  EXPECT_FALSE(credential_of(Fields{{"Host", "x"}}));
  EXPECT_FALSE(credential_of(Fields{{"Authorization", "Basic abc"}}));
  EXPECT_FALSE(credential_of(Fields{{"X-API-Key", ""}}));
}

TEST(Credential, MustNotStandTwice) {
  const auto refused = credential_of(Fields{{"Authorization", "Bearer abc"}, {"authorization", "Bearer abd"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("stands twice"));
  EXPECT_FALSE(credential_of(Fields{{"X-API-Key", "vk_1"}, {"x-api-key", "vk_1"}}));
}

}  // namespace
}  // namespace valion::gateway
