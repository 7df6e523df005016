// Coming in and going out on both databases: passwords, guessing, one-time links, a person's data.
#include "services/api_gateway/identity/accounts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include "platform/audit/verify.hpp"
#include "platform/auth/password.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"
#include "services/api_gateway/identity/first_start.hpp"
#include "services/api_gateway/identity/key_ring.hpp"
#include "services/api_gateway/identity/sign_in.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using valion::testing::Engine;
using Time = std::chrono::system_clock::time_point;

const std::string kPassword = "correct horse battery";

class AccountsTest : public ::testing::TestWithParam<Engine> {
 protected:
  AccountsTest() {
    const auto make_jobs = [](soci::session& session) {  // as platform/jobs has them, as far as persons stand in them
      session << "create table jobs (id text primary key, user_name text not null)";
      session << "create table idempotency_keys (user_name text not null)";
      session << "insert into jobs (id, user_name) values ('j1', 'ana')";
      return true;
    };
    EXPECT_TRUE(database_.transact(make_jobs));
    EXPECT_TRUE(loop_.run(ring_.refresh(std::chrono::system_clock::now())));
    EXPECT_TRUE(loop_.run(sign_in_.start()));
    add("ana", {"appraiser"});
    add("eva", {"admin"});
  }
  void add(const std::string& name, std::vector<std::string> roles) {
    User user;
    user.principal = {"default", name, std::move(roles)};
    user.password_hash = auth::hash_password(kPassword);
    user.email = name + "@example.org";
    ASSERT_TRUE(loop_.run(accounts_.users.add(user, ourselves())));
  }
  Result<SignIn::Answer> sign_in(const std::string& user, const std::string& password,
                                 const std::string& address = "203.0.113.7") {
    return loop_.run(sign_in_.sign_in({user, password, "curl/8", true}, Actor{"", "", address, "r"}));
  }
  std::vector<audit::Record> audit() {
    const auto look = [](soci::session& session) { return audit::read(session, {{}, {}, 0, 1000}); };
    return loop_.run(database_.read(look)).value();
  }
  bool chain_holds() { return !audit::verify(database_)->broken; }
  std::string hash_of(const std::string& user) { return loop_.run(accounts_.users.find(user)).value()->password_hash; }
  int rows(const std::string& statement) {
    const auto count = [statement](soci::session& session) {
      int number = 0;
      session << statement, soci::into(number);
      return number;
    };
    return loop_.run(database_.read(count)).value();
  }

  valion::testing::TestDatabase place_{GetParam()};
  valion::testing::TemporaryFolder folder_;
  valion::testing::TestLoop loop_;
  sql::Database database_{place_.url()};
  CpuPool cpu_{2, 16};
  auth::SigningKey key_ = auth::SigningKey::load_or_create(folder_.path() / "gateway.key");
  Accounts accounts_{database_, database_, std::chrono::hours(24)};
  KeyRing ring_{database_, key_};
  AccessTokens tokens_{ring_, 3'600s};
  SignIn sign_in_{{database_, accounts_.users, accounts_.sessions, accounts_.throttle, cpu_, tokens_}};
};

INSTANTIATE_TEST_SUITE_P(Engines, AccountsTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         valion::testing::name_of_case);

TEST(Passwords, AreHashedAsOwaspAsksAtLeast) {
  EXPECT_THAT(auth::hash_password("x"), StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_FALSE(auth::needs_rehash(auth::hash_password("x")));
}

TEST_P(AccountsTest, SigningInOpensASession) {
  const auto answer = sign_in("ana", kPassword);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->tokens.expires_in, 900);
  EXPECT_THAT(answer->tokens.refresh_token, StartsWith("vr_"));
  const auto parsed = auth::parse_token(answer->tokens.access_token);
  const auto claims =
      auth::read_access_claims(*parsed, {"valion", auth::kClientAudience}, std::chrono::system_clock::now());
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->session, answer->tokens.session);
  EXPECT_EQ(claims->principal.user, "ana");
  EXPECT_TRUE(loop_.run(sign_in_.refresh(answer->tokens.refresh_token, Actor{})));
  EXPECT_EQ(audit().back().action, "login");
  EXPECT_EQ(audit().back().address, "203.0.113.7");
}

TEST_P(AccountsTest, RefusesEverybodyElseInTheSameWords) {
  ASSERT_TRUE(loop_.run(accounts_.users.set_disabled("ana", true, ourselves())));
  const auto disabled = sign_in("ana", kPassword), wrong = sign_in("eva", "wrong"),
             unknown = sign_in("h4nter2", "wrong");
  for (const auto* refused : {&disabled, &wrong, &unknown}) {
    ASSERT_FALSE(*refused);
    EXPECT_EQ(refused->error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(refused->error().message, wrong.error().message);
  }
  std::vector<std::string> told;
  for (const audit::Record& one : audit()) {
    if (one.outcome == "failed") told.push_back(one.object + " " + one.detail);
    EXPECT_THAT(one.detail + one.actor + one.object, Not(HasSubstr("h4nter2"))) << "it may have been a password";
  }
  EXPECT_THAT(told, ElementsAre("user:ana disabled user", "user:eva wrong password", " unknown user"));
}

TEST_P(AccountsTest, SlowsGuessingDownOnEveryGateway) {
  for (int i = 0; i < 5; ++i) EXPECT_EQ(sign_in("ana", "wrong").error().kind, ErrorKind::unauthenticated);
  const auto slowed = sign_in("ana", kPassword);
  ASSERT_TRUE(slowed);
  EXPECT_THAT(slowed->wait.count(), ::testing::AllOf(::testing::Ge(1), ::testing::Le(60)));
  EXPECT_THAT(slowed->tokens.access_token, IsEmpty());
  EXPECT_TRUE(sign_in("ana", kPassword, "198.51.100.1")) << "from elsewhere she comes in";
  SharedThrottle elsewhere{database_};
  const auto now = std::chrono::system_clock::now();
  EXPECT_GT(loop_.run(elsewhere.attempt("ana", "203.0.113.7", now))->count(), 0) << "another gateway knows";
  EXPECT_EQ(loop_.run(elsewhere.attempt("ana", "203.0.113.7", now + 61s))->count(), 0);
}

TEST_P(AccountsTest, SlowsDownWhoGuessesOneUserFromManyAddressesOrManyUsersFromOne) {
  SharedThrottle throttle{database_, {{5, 60s}, {3, 600s}, {4, 60s}}};
  const auto now = std::chrono::system_clock::now();
  const auto wait = [&](const std::string& user, const std::string& address) {
    return loop_.run(throttle.attempt(user, address, now)).value().count();
  };
  for (const char* address : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) EXPECT_EQ(wait("bob", address), 0);
  EXPECT_EQ(wait("bob", "192.0.2.4"), 600);
  for (const char* user : {"u1", "u2", "u3", "u4"}) EXPECT_EQ(wait(user, "2001:db8:1:2::1"), 0);
  EXPECT_GT(wait("u5", "2001:db8:1:2:ffff::9"), 0) << "one customer has the whole /64";
  EXPECT_EQ(wait("u5", "2001:db8:1:3::1"), 0);
  EXPECT_EQ(rows("select count(*) from gateway_failures where subject like '%bob%' or subject like '%192%'"), 0)
      << "names and addresses are kept as hashes";
}

TEST_P(AccountsTest, AHashOfSmallerParametersIsMadeAnew) {
  std::array<char, crypto_pwhash_STRBYTES> weak{};
  ASSERT_EQ(
      crypto_pwhash_str_alg(weak.data(), kPassword.data(), kPassword.size(), 1, 8 << 20, crypto_pwhash_ALG_ARGON2ID13),
      0);
  ASSERT_TRUE(loop_.run(accounts_.users.set_password("ana", weak.data(), ourselves())));
  ASSERT_TRUE(sign_in("ana", kPassword));
  EXPECT_THAT(hash_of("ana"), StartsWith("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(sign_in("ana", kPassword));
}

TEST_P(AccountsTest, ASetupLinkWorksOnceAndForAnHour) {
  const Time now = std::chrono::system_clock::now();
  const auto link = loop_.run(accounts_.setup.make("ana", now, ourselves())).value();
  EXPECT_EQ(loop_.run(accounts_.setup.user_of(link.token, now)).value(), "ana");
  EXPECT_EQ(loop_.run(accounts_.setup.user_of(link.token, now + 1h)).value(), std::nullopt);
  EXPECT_EQ(loop_.run(accounts_.setup.user_of("guess", now)).value(), std::nullopt);
  EXPECT_EQ(loop_.run(accounts_.setup.use(link.token, "h", now + 1h, Actor{})).error().kind, ErrorKind::not_found);
  const auto other = loop_.run(accounts_.setup.make("ana", now, ourselves())).value();
  const std::string chosen = auth::hash_password("another long password");
  ASSERT_TRUE(loop_.run(accounts_.setup.use(link.token, chosen, now, Actor{})));
  EXPECT_EQ(loop_.run(accounts_.setup.use(link.token, chosen, now, Actor{})).error().kind, ErrorKind::not_found);
  EXPECT_EQ(loop_.run(accounts_.setup.use(other.token, chosen, now, Actor{})).error().kind, ErrorKind::not_found)
      << "all others are void too";
  EXPECT_TRUE(sign_in("ana", "another long password"));
  EXPECT_EQ(rows("select count(*) from gateway_setup_tokens"), 0);
  EXPECT_EQ(loop_.run(accounts_.setup.make("nobody", now, ourselves())).error().kind, ErrorKind::not_found);
}

TEST_P(AccountsTest, ErasesAPersonAndKeepsTheChain) {
  const auto session = sign_in("ana", kPassword).value().tokens;
  ApiKey key;
  key.name = "nightly";
  key.tenant = "default";
  key.roles = {"appraiser"};
  key.created_by = "ana";
  ASSERT_TRUE(loop_.run(accounts_.keys.create(key, Actor{"default", "ana", "203.0.113.7", "r"})));
  const Actor eva{"default", "eva", "198.51.100.1", "r9"};
  const auto kept = loop_.run(accounts_.personal_data.collect("ana", eva)).value();
  EXPECT_EQ(kept.user.email, "ana@example.org");
  EXPECT_THAT(kept.sessions, SizeIs(1));
  EXPECT_THAT(kept.keys, SizeIs(1));
  EXPECT_THAT(kept.jobs, ElementsAre("j1"));
  EXPECT_THAT(kept.audit, SizeIs(4)) << "added, login, key, this export";
  const auto erased = loop_.run(accounts_.personal_data.erase("ana", eva)).value();
  EXPECT_THAT(erased.pseudonym, StartsWith("person-"));
  EXPECT_EQ(std::tuple(erased.sessions, erased.keys, erased.jobs), std::tuple(1, 1, 1));
  EXPECT_TRUE(chain_holds());
  for (const char* place :
       {"gateway_users where name", "gateway_sessions where user_name", "gateway_api_keys where created_by",
        "jobs where user_name", "audit_persons where name", "gateway_token_cuts where user_name"}) {
    EXPECT_EQ(rows(std::string("select count(*) from ") + place + " = 'ana'"), 0) << place;
  }
  EXPECT_EQ(rows("select count(*) from audit_personal where address = '203.0.113.7'"), 0);
  for (const audit::Record& one : audit())
    EXPECT_THAT(one.actor + one.object + one.detail, Not(HasSubstr("ana"))) << one.sequence;
  EXPECT_EQ(audit().back().action, "user.erase");
  EXPECT_EQ(audit().back().object, "user:" + erased.pseudonym);
  ASSERT_TRUE(loop_.run(accounts_.withdrawals.refresh()));
  EXPECT_TRUE(accounts_.withdrawals.is_withdrawn({"ana", session.session, "", 0, "default"}));
  EXPECT_EQ(sign_in("ana", kPassword).error().kind, ErrorKind::unauthenticated);
  EXPECT_EQ(loop_.run(accounts_.personal_data.erase("ana", eva)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(loop_.run(accounts_.personal_data.erase("eva", eva)).error().kind, ErrorKind::conflict) << "the last admin";
}

TEST(FirstStart, MakesTheCommandLinesUserAndAPendingAdmin) {
  valion::testing::TemporaryFolder folder;
  valion::testing::TestLoop loop;
  sql::Database database{"sqlite:" + (folder.path() / "test.db").string()};
  CpuPool cpu{1, 4};
  Accounts accounts{database, database, std::chrono::hours(24)};
  const FirstStartFiles files{folder.path() / "cli.json", folder.path() / "setup.json"};
  ASSERT_EQ(loop.run(prepare_first_users(accounts.users, accounts.setup, cpu, files)), true);
  const auto admin = loop.run(accounts.users.find("admin")).value();
  ASSERT_TRUE(admin);
  EXPECT_EQ(admin->password_hash, "") << "no default password";
  EXPECT_TRUE(std::filesystem::exists(files.credential));
  ASSERT_TRUE(std::filesystem::exists(files.setup));
  EXPECT_EQ(std::filesystem::status(files.setup).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(files.setup);
  EXPECT_EQ(loop.run(prepare_first_users(accounts.users, accounts.setup, cpu, files)), false);
  EXPECT_FALSE(std::filesystem::exists(files.setup)) << "the first link is still good";
  EXPECT_EQ(loop.run(accounts.users.remove("cli", ourselves())).error().kind, ErrorKind::conflict)
      << "an admin who cannot sign in yet does not count";
}

}  // namespace
}  // namespace valion::gateway
