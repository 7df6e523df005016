#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <set>

#include "platform/auth/base64url.hpp"
#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/password.hpp"
#include "platform/auth/token.hpp"

namespace valion::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class AuthTest : public ::testing::Test {
 protected:
  AuthTest() {
    std::string name = (fs::temp_directory_path() / "valion-auth-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~AuthTest() override { fs::remove_all(folder_); }
  [[nodiscard]] SigningKey key(const std::string& name = "key") const {
    return SigningKey::load_or_create(folder_ / name);
  }

  [[nodiscard]] std::string issue(const TokenSettings& settings = {}) const {
    return issue_token(key(), settings, Principal{"acme", "ana", {"valuer", "admin"}}, now_);
  }
  // A token with our own good signature over whatever header and payload.
  [[nodiscard]] std::string sign(const std::string& header, const std::string& payload) const {
    const std::string message = to_base64url(header) + "." + to_base64url(payload);
    return message + "." + to_base64url(hmac_sha256(key().bytes(), message));
  }
  [[nodiscard]] std::string claims(const std::string& audience, std::int64_t issued, std::int64_t expires) const {
    const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count();
    return R"({"iss":"valion","aud":")" + audience + R"(","sub":"ana","ten":"acme","roles":["admin"],"iat":)" +
           std::to_string(now + issued) + R"(,"exp":)" + std::to_string(now + expires) + R"(,"jti":"1"})";
  }
  [[nodiscard]] Result<Principal> verify(const std::string& token, std::chrono::seconds later = 0s) const {
    return verify_token(key(), TokenSettings{}, token, now_ + later);
  }
  void expect_refused(const std::string& token) const {
    const auto principal = verify(token);
    ASSERT_FALSE(principal) << token.substr(0, 200);
    EXPECT_EQ(principal.error().kind, ErrorKind::unauthenticated);
  }

  const std::string header_ = R"({"alg":"HS256","typ":"JWT"})";
  const std::chrono::system_clock::time_point now_ = std::chrono::system_clock::from_time_t(1'764'000'000);
  fs::path folder_;
};

TEST(Base64Url, IsThatOfTheRfc) {
  // RFC 4648 section 10, and RFC 7515 appendix C for the two letters that differ.
  EXPECT_EQ(to_base64url(""), "");
  EXPECT_EQ(to_base64url("f"), "Zg");
  EXPECT_EQ(to_base64url("fo"), "Zm8");
  EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
  EXPECT_EQ(to_base64url("\x03\xec\xff\xe0\xc1"), "A-z_4ME");
  EXPECT_EQ(from_base64url("A-z_4ME"), "\x03\xec\xff\xe0\xc1");
  EXPECT_EQ(from_base64url(""), "");
}

TEST(Base64Url, HasOneTextForEachSequenceOfBytes) {
  for (const char* text : {"Zg==", "Zh", "Zm9", "Z", "Zm8 ", "Zm 8", "A+z/4ME", "Zm9vYmFy\n", "Zm9vY"}) {
    EXPECT_FALSE(from_base64url(text)) << text;
  }
}

TEST(HmacSha256, SignsTheTokenOfRfc7515A1) {
  const auto key =
      from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  const std::string message =
      "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  EXPECT_EQ(to_base64url(hmac_sha256(*key, message)), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST_F(AuthTest, SaysWhoCalls) {
  const auto principal = verify(issue());
  ASSERT_TRUE(principal) << principal.error().message;
  EXPECT_EQ(principal->tenant, "acme");
  EXPECT_EQ(principal->user, "ana");
  EXPECT_THAT(principal->roles, ElementsAre("valuer", "admin"));
  EXPECT_NE(issue(), issue());  // each has an id of its own
  EXPECT_TRUE(verify(sign(header_, claims("valion", 0, 60))));
}

TEST_F(AuthTest, ExpiresAfterItsLifetimeAndLeeway) {
  const std::string token = issue();
  EXPECT_TRUE(verify(token, 3600s));
  EXPECT_TRUE(verify(token, 3604s));
  const auto late = verify(token, 3605s);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::expired);
}

TEST_F(AuthTest, RefusesWhatWasIssuedInTheFuture) {
  EXPECT_TRUE(verify(sign(header_, claims("valion", 5, 60))));
  expect_refused(sign(header_, claims("valion", 6, 60)));
  expect_refused(sign(header_, claims("valion", 0, -1)));  // ends before it begins
}

TEST_F(AuthTest, RefusesEveryOtherAlgorithm) {
  const std::string payload = claims("valion", 0, 60);
  for (const char* header :
       {R"({"alg":"none"})", R"({"alg":"None","typ":"JWT"})", R"({"alg":"RS256","typ":"JWT"})", R"({"alg":"HS512"})",
        R"({"alg":"hs256"})", R"({"typ":"JWT"})", R"({"alg":"HS256","crit":["exp"]})", R"({"alg":"HS256","typ":"JWE"})",
        R"({"alg":"HS256","alg":"none"})", "{}", "null", "[]", ""}) {
    expect_refused(sign(header, payload));
  }
  // `none` as attackers send it: without a signature.
  expect_refused(to_base64url(R"({"alg":"none","typ":"JWT"})") + "." + to_base64url(payload) + ".");
}

TEST_F(AuthTest, RefusesWhatWasTamperedWith) {
  const std::string token = issue();
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  const std::string raised = to_base64url(claims("valion", 0, 1'000'000));
  expect_refused(token.substr(0, first + 1) + raised + token.substr(second));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    expect_refused(changed);
  }
}

TEST_F(AuthTest, RefusesTheOtherAudienceAndTheOtherKey) {
  TokenSettings internal;
  internal.audience = kInternalAudience;
  expect_refused(issue(internal));
  expect_refused(sign(header_, claims("valion-internal", 0, 60)));
  const auto other = verify_token(key("other key"), TokenSettings{}, issue(), now_);
  EXPECT_EQ(other.error().kind, ErrorKind::unauthenticated);
  EXPECT_TRUE(verify_token(key(), internal, issue(internal), now_));
}

TEST_F(AuthTest, RefusesGarbage) {
  for (const std::string& token :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b"),
        std::string("a.b.c"), std::string("a.b.c.d"), std::string(7, '\0'), std::string("\xff\xfe.\x80.\x81"),
        std::string(10'000, 'A'), std::string(10'000'000, '.')}) {
    expect_refused(token);
  }
  for (const char* payload :
       {"", "{", "[]", "null", R"({"iss":"valion"})",
        R"({"iss":"other","aud":"valion","sub":"a","ten":"t","roles":[],"iat":0,"exp":9999999999,"jti":""})"}) {
    expect_refused(sign(header_, payload));
  }
  expect_refused(sign(header_, claims(std::string(20'000, 'x'), 0, 60)));  // over 8 KiB, however well signed
}

TEST_F(AuthTest, FindsTheBearer) {
  EXPECT_EQ(*bearer("Bearer abc.def-_.ghi"), "abc.def-_.ghi");
  EXPECT_EQ(*bearer("bEARER   abc"), "abc");
  for (const char* header :
       {"", "Bearer", "Bearer ", "Bearer  ", "Basic abc", "Bearerabc", "Bearer a b", "Bearer a,b", "Bearer \xc3\xa9"}) {
    const auto token = bearer(header);
    ASSERT_FALSE(token) << header;
    EXPECT_EQ(token.error().kind, ErrorKind::unauthenticated);
  }
}

TEST_F(AuthTest, KeepsItsKey) {
  const std::string bytes(key().bytes());
  EXPECT_EQ(bytes.size(), 32u);
  EXPECT_EQ(key().bytes(), bytes);
  EXPECT_NE(key("another").bytes(), bytes);
  struct stat status {};
  ::stat((folder_ / "key").c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(SigningKey::load_or_create(folder_ / "new folder" / "key").bytes().size(), 32u);
  ::stat((folder_ / "new folder").c_str(), &status);
  EXPECT_EQ(status.st_mode & 07777, 0700u);
}

TEST_F(AuthTest, RefusesAKeyThatOthersCanReadOrThatIsNone) {
  static_cast<void>(key());
  fs::permissions(folder_ / "key", fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT([&] { static_cast<void>(key()); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("can be read by others")));

  std::ofstream(folder_ / "short") << "too short";
  fs::permissions(folder_ / "short", fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_THAT([&] { static_cast<void>(key("short")); },
              ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("exactly 32 bytes")));
  EXPECT_THROW(static_cast<void>(SigningKey::load_or_create(folder_)), std::runtime_error);
}

TEST_F(AuthTest, GivesProcessesThatStartTogetherOneKey) {
  constexpr int kProcesses = 12;
  int gate[2];
  int answers[2];
  ASSERT_EQ(pipe(gate), 0);
  ASSERT_EQ(pipe(answers), 0);
  for (int i = 0; i < kProcesses; ++i) {
    if (fork() != 0) continue;
    char go = 0;
    close(gate[1]);
    static_cast<void>(!read(gate[0], &go, 1));  // ends when the parent opens the gate for all
    const SigningKey mine = SigningKey::load_or_create(folder_ / "shared");
    _exit(write(answers[1], mine.bytes().data(), 32) == 32 ? 0 : 1);
  }
  close(gate[0]);
  close(gate[1]);
  std::set<std::string> keys;
  for (int i = 0; i < kProcesses; ++i) {
    std::string bytes(32, '\0');
    ASSERT_EQ(read(answers[0], bytes.data(), 32), 32);
    keys.insert(bytes);
  }
  while (wait(nullptr) > 0) {
  }
  EXPECT_EQ(keys.size(), 1u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);  // no drafts left
}

TEST(Password, VerifiesOnlyItself) {
  const std::string hash = hash_password("correct horse battery staple");
  EXPECT_THAT(hash, HasSubstr("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(hash, "correct horse battery staple"));
  EXPECT_FALSE(verify_password(hash, "correct horse battery stapl"));
  EXPECT_FALSE(verify_password(hash, ""));
  EXPECT_NE(hash_password("correct horse battery staple"), hash);
  for (const std::string& broken :
       {std::string(), std::string("$argon2id$"), std::string(500, 'x'), hash.substr(0, hash.size() / 2)}) {
    EXPECT_FALSE(verify_password(broken, "correct horse battery staple"));
  }
}

TEST(RandomText, IsUrlSafeAndNeverTheSame) {
  std::set<std::string> texts;
  for (int i = 0; i < 1000; ++i) texts.insert(random_text(15));
  EXPECT_EQ(texts.size(), 1000u);
  for (const std::string& text : texts) EXPECT_THAT(text, ::testing::MatchesRegex("[A-Za-z0-9_-]{20}"));
  EXPECT_EQ(random_text(0), "");
}

}  // namespace
}  // namespace valion::auth
