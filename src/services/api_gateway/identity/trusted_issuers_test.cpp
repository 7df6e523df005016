// An issuer of our own on loopback, fetched over libcurl as a real one is.
#include "services/api_gateway/identity/trusted_issuers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/jwk.hpp"
#include "platform/auth/test_keys.hpp"
#include "platform/http/router.hpp"
#include "platform/http/server.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "services/api_gateway/identity/authenticator.hpp"
#include "services/api_gateway/identity/document_fetcher.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using auth::to_base64url;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IssuerKey;

Async<http::Response> answer(http::Request& request, const Result<http::Router::Match>& match) {
  if (!match) co_return http::problem_response(match.error(), request);
  auto response = co_await (*match->handler)(request);
  co_return response ? std::move(*response) : http::problem_response(response.error(), request);
}

// Says what it is told to say, and counts.
class IssuerServer {
 public:
  explicit IssuerServer(Executor executor) {
    const auto serve = [this](const std::string& path, int& count, const std::string& text) {
      router_.add(http::Method::get, path, [this, &count, &text](http::Request&) -> Async<Result<http::Response>> {
        ++count;
        if (silence.count() > 0) co_await sleep_for(silence);
        http::Response response;
        response.status = status;
        if (status == 302) response.headers.set("Location", address() + "/elsewhere");
        response.body = text;
        co_return response;
      });
    };
    serve("/realm/.well-known/openid-configuration", discoveries, document);
    serve("/realm/keys", fetches, keys);
    serve("/elsewhere", elsewheres, document);
    server_ = std::make_unique<http::Server>(executor, http::ServerSettings{}, router_, answer);
    server_->start();
    document = R"({"issuer":")" + issuer() + R"(","jwks_uri":")" + address() + R"(/realm/keys","token_endpoint":"x"})";
  }
  [[nodiscard]] std::string address() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  [[nodiscard]] std::string issuer() const { return address() + "/realm"; }
  void publish(const std::vector<std::string>& jwks) {
    std::string list;
    for (const std::string& key : jwks) list += (list.empty() ? "" : ",") + key;
    keys = R"({"keys":[)" + list + "]}";
  }

  std::string document, keys = R"({"keys":[]})";
  int discoveries = 0, fetches = 0, elsewheres = 0;
  int status = 200;
  std::chrono::milliseconds silence{0};

 private:
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

class TrustedIssuersTest : public ::testing::Test {
 protected:
  TrustedIssuersTest() {
    server_.publish({rsa_.jwk("r1"), ec_.jwk("e1")});
    make(corporate());
  }
  [[nodiscard]] TrustedIssuer corporate() const {
    TrustedIssuer issuer;
    issuer.name = "corporate";
    issuer.issuer = server_.issuer();
    issuer.audience = "valion";
    issuer.tenant = "acme";
    issuer.roles_claim = "realm_access.roles";
    issuer.roles = {{"valuers", "appraiser"}, {"bosses", "admin"}};
    return issuer;
  }
  void make(TrustedIssuer issuer) {
    const auto fetch = [this](std::string url, std::string ca_file) {
      return fetcher_.fetch(std::move(url), std::move(ca_file));
    };
    const auto say = [this](const std::string& line) { said_ += line + "\n"; };
    issuers_ = std::make_unique<TrustedIssuers>(loop_.executor(), std::vector{std::move(issuer)}, fetch,
                                                IssuerTiming{600s, 30s}, say);
  }
  [[nodiscard]] std::int64_t seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch()).count();
  }
  [[nodiscard]] std::string claims(const std::string& more = "") const {
    return R"({"iss":")" + server_.issuer() + R"(","aud":["other","valion"],"sub":"4711","iat":)" +
           std::to_string(seconds()) + R"(,"exp":)" + std::to_string(seconds() + 600) +
           R"(,"realm_access":{"roles":["valuers","gardeners"]})" + more + "}";
  }
  [[nodiscard]] static std::string header(const std::string& algorithm, const std::string& key_id,
                                          const std::string& type = "at+jwt") {
    return R"({"alg":")" + algorithm + R"(","kid":")" + key_id + R"(","typ":")" + type + "\"}";
  }
  [[nodiscard]] std::string good() const { return rsa_.token(header("RS256", "r1"), claims()); }

  static Async<Result<Caller>> check(TrustedIssuers& issuers, std::string text, TrustedIssuers::Time now) {
    auto token = auth::parse_token(text);
    if (!token) co_return fail(token.error());
    auto key = co_await issuers.key_for(*token, now);
    if (!key) co_return fail(key.error());
    if (!auth::is_signed_by(*key, *token)) co_return auth::not_a_token();
    co_return issuers.read_caller(*token, now);
  }
  Result<Caller> verify(const std::string& text) { return loop_.run(check(*issuers_, text, now_)); }
  void expect_refused(const std::string& token, ErrorKind kind = ErrorKind::unauthenticated) {
    const auto caller = verify(token);
    ASSERT_FALSE(caller) << token;
    EXPECT_EQ(caller.error().kind, kind) << caller.error().message;
  }
  void expect_claims_refused(const std::string& text) { expect_refused(rsa_.token(header("RS256", "r1"), text)); }

  testing::TestLoop loop_;
  IssuerKey rsa_ = IssuerKey::rsa();
  IssuerKey ec_ = IssuerKey::p256();
  IssuerServer server_{loop_.executor()};
  DocumentFetcher fetcher_;
  std::string said_;
  TrustedIssuers::Time now_ = std::chrono::system_clock::from_time_t(1'795'000'000);
  std::unique_ptr<TrustedIssuers> issuers_;
};

TEST_F(TrustedIssuersTest, TakesATokenOfATrustedIssuer) {
  const auto caller = verify(good());
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(caller->kind, CallerKind::external);
  EXPECT_EQ(caller->principal.tenant, "acme");
  EXPECT_EQ(caller->principal.user, "corporate:4711") << "nobody of ours can be called so";
  EXPECT_THAT(caller->principal.roles, ElementsAre("appraiser")) << "what is not translated is nothing here";
  EXPECT_EQ(caller->subject, "external:acme/corporate:4711");
  EXPECT_TRUE(verify(ec_.token(header("ES256", "e1"), claims())));
  EXPECT_EQ(server_.discoveries, 1);
  EXPECT_EQ(server_.fetches, 1);
}

TEST_F(TrustedIssuersTest, AsksOnceWhenAKeyIsNotKnown) {
  ASSERT_TRUE(verify(good()));
  const IssuerKey fresh = IssuerKey::p256();
  server_.publish({rsa_.jwk("r1"), fresh.jwk("new")});
  now_ += 31s;
  EXPECT_TRUE(verify(fresh.token(header("ES256", "new"), claims())));
  EXPECT_EQ(server_.fetches, 2);
  EXPECT_TRUE(verify(good()));
  EXPECT_EQ(server_.fetches, 2);
}

// Random names cost a look into a short list each, and one fetch in all.
TEST_F(TrustedIssuersTest, IsNotStormedByAThousandRandomNames) {
  int refused = 0;
  int ended = 0;
  const auto one = [](TrustedIssuers& issuers, std::string text, TrustedIssuers::Time now, int& no,
                      int& done) -> Async<void> {
    const auto token = auth::parse_token(text);
    const auto key = co_await issuers.key_for(*token, now);
    no += key ? 0 : 1;
    ++done;
  };
  for (int i = 0; i < 1'000; ++i) {
    const std::string text = ec_.token(header("ES256", "random" + std::to_string(i)), claims());
    asio::co_spawn(loop_.executor(), one(*issuers_, text, now_, refused, ended), [](std::exception_ptr) {});
  }
  loop_.run_until([&] { return ended == 1'000; });
  EXPECT_EQ(refused, 1'000);
  EXPECT_EQ(server_.fetches, 1);
  now_ += 29s;
  for (int i = 0; i < 100; ++i) expect_refused(ec_.token(header("ES256", "more" + std::to_string(i)), claims()));
  EXPECT_EQ(server_.fetches, 1);
  now_ += 1s;
  for (int i = 0; i < 100; ++i) expect_refused(ec_.token(header("ES256", "again" + std::to_string(i)), claims()));
  EXPECT_EQ(server_.fetches, 2) << "one in half a minute";
  EXPECT_TRUE(verify(good()));
}

TEST_F(TrustedIssuersTest, KeepsTheLastKeysWhileTheIssuerIsAway) {
  ASSERT_TRUE(verify(good()));
  server_.status = 503;
  for (int day = 0; day < 3; ++day) {
    now_ += 24h;
    loop_.run(issuers_->refresh(now_));
    EXPECT_TRUE(verify(good()));
  }
  EXPECT_EQ(server_.discoveries, 4);
  EXPECT_THAT(said_, HasSubstr("the issuer corporate fails, its last keys stay"));
  EXPECT_THAT(said_, HasSubstr("answers 503"));
  EXPECT_EQ(std::count(said_.begin(), said_.end(), '\n'), 1) << "once, not every half minute: " << said_;
  server_.status = 200;
  now_ += 31s;
  loop_.run(issuers_->refresh(now_));
  EXPECT_THAT(said_, HasSubstr("answers again"));
}

TEST_F(TrustedIssuersTest, SaysThatAnIssuerThatNeverAnsweredCannotBeAsked) {
  server_.status = 503;
  expect_refused(good(), ErrorKind::unavailable);
  server_.status = 200;
  expect_refused(good(), ErrorKind::unavailable);
  now_ += 30s;
  EXPECT_TRUE(verify(good()));
}

TEST_F(TrustedIssuersTest, DropsAWithdrawnKey) {
  ASSERT_TRUE(verify(good()));
  EXPECT_TRUE(issuers_->has_key(server_.issuer(), "r1"));
  server_.publish({ec_.jwk("e1")});
  now_ += 599s;
  loop_.run(issuers_->refresh(now_));
  EXPECT_EQ(issuers_->generation(), 0u) << "not yet asked again";
  now_ += 1s;
  loop_.run(issuers_->refresh(now_));
  EXPECT_EQ(issuers_->generation(), 1u);
  EXPECT_FALSE(issuers_->has_key(server_.issuer(), "r1"));
  expect_refused(good());
}

TEST_F(TrustedIssuersTest, WantsTheIssuerToBeExactlyWhoItSays) {
  for (const std::string& other : {server_.issuer() + "/", server_.address(), std::string("https://evil.example")}) {
    server_.document = R"({"issuer":")" + other + R"(","jwks_uri":")" + server_.address() + "/realm/keys\"}";
    now_ += 31s;
    expect_refused(good(), ErrorKind::unavailable);
  }
  EXPECT_EQ(server_.fetches, 0) << "no key is fetched on such a word";
  EXPECT_THAT(said_, HasSubstr("is of another issuer"));
}

TEST_F(TrustedIssuersTest, FetchesKeysOnlyWhereTheyCannotBeExchanged) {
  for (const char* url : {"http://keys.example/jwks", "ftp://127.0.0.1/", "file:///etc/passwd", "", "//127.0.0.1/"}) {
    server_.document = R"({"issuer":")" + server_.issuer() + R"(","jwks_uri":")" + url + "\"}";
    now_ += 31s;
    expect_refused(good(), ErrorKind::unavailable);
  }
  EXPECT_THAT(said_, HasSubstr("has no `jwks_uri` over https"));
}

TEST_F(TrustedIssuersTest, FollowsNoRedirect) {
  server_.status = 302;
  expect_refused(good(), ErrorKind::unavailable);
  EXPECT_EQ(server_.elsewheres, 0);
}

TEST_F(TrustedIssuersTest, TakesNoKeySetThatIsNone) {
  for (const char* text : {"", "<html>", "[]", R"({"keys":5})"}) {
    server_.keys = text;
    now_ += 31s;
    expect_refused(good(), ErrorKind::unavailable);
  }
}

TEST_F(TrustedIssuersTest, SaysWhichKeysAreNotUsed) {
  server_.publish({rsa_.jwk("r1"), IssuerKey::rsa(1024).jwk("weak")});
  ASSERT_TRUE(verify(good()));
  EXPECT_THAT(said_, HasSubstr("not used: weak: the public key of RSA has 1024 bits"));
}

TEST_F(TrustedIssuersTest, RefusesAnIdToken) {
  expect_refused(rsa_.token(header("RS256", "r1", "JWT"), claims()));
  expect_refused(rsa_.token(R"({"alg":"RS256","kid":"r1"})", claims()));
  TrustedIssuer older = corporate();
  older.types = {"at+jwt", "jwt"};
  make(older);
  EXPECT_TRUE(verify(rsa_.token(header("RS256", "r1", "JWT"), claims())));
  EXPECT_TRUE(verify(rsa_.token(R"({"alg":"RS256","kid":"r1"})", claims())));
  expect_refused(rsa_.token(header("RS256", "r1", "logout+jwt"), claims()));
}

TEST_F(TrustedIssuersTest, RefusesAnAlgorithmThatTheIssuerIsNotTrustedWith) {
  TrustedIssuer strict = corporate();
  strict.algorithms = {"RS256"};
  make(strict);
  EXPECT_TRUE(verify(good()));
  expect_refused(ec_.token(header("ES256", "e1"), claims()));
}

TEST_F(TrustedIssuersTest, RefusesHs256WithItsPublicKeyAsSecret) {
  const std::string message = to_base64url(header("HS256", "r1")) + "." + to_base64url(claims());
  for (const std::string& secret : {rsa_.modulus(), to_base64url(rsa_.modulus())}) {
    expect_refused(message + "." + to_base64url(auth::hmac_sha256(secret, message)));
  }
}

TEST_F(TrustedIssuersTest, RefusesAKeyOfAnotherKindUnderTheSameName) {
  expect_refused(ec_.token(header("ES256", "r1"), claims()));
  expect_refused(rsa_.token(header("RS256", "e1"), claims()));
}

TEST_F(TrustedIssuersTest, RefusesAnotherAudience) {
  const std::string iss = R"({"iss":")" + server_.issuer() + R"(",)";
  const std::string times = R"("sub":"1","iat":1795000000,"exp":1795000600})";
  EXPECT_TRUE(verify(rsa_.token(header("RS256", "r1"), iss + R"("aud":"valion",)" + times)));
  for (const char* aud : {R"("aud":"other",)", R"("aud":[],)", R"("aud":["valion "],)", R"("aud":"other valion",)",
                          R"("aud":{"valion":1},)", ""}) {
    expect_claims_refused(iss + aud + times);
  }
}

TEST_F(TrustedIssuersTest, RefusesTimesThatAreOverOrToCome) {
  const std::string begin = R"({"iss":")" + server_.issuer() + R"(","aud":"valion","sub":"1",)";
  expect_refused(rsa_.token(header("RS256", "r1"), begin + R"("iat":1794990000,"exp":1794999995})"),
                 ErrorKind::expired);
  for (const char* times :
       {R"("iat":1795000006,"exp":1795000600})", R"("iat":1795000000,"nbf":1795000006,"exp":1795000600})",
        R"("iat":1795000000})", R"("exp":1795000600})", R"("iat":1795000000,"exp":"1795000600"})",
        R"("iat":1795000000,"exp":1e300})", R"("iat":1795000000,"exp":-1})", R"("iat":1795000000,"exp":null})"}) {
    expect_claims_refused(begin + times);
  }
  EXPECT_TRUE(verify(rsa_.token(header("RS256", "r1"), begin + R"("iat":1795000000.5,"exp":1795000600.25})")));
}

TEST_F(TrustedIssuersTest, RefusesASubjectThatNamesNobody) {
  const std::string begin = R"({"iss":")" + server_.issuer() + R"(","aud":"valion",)";
  const std::string times = R"("iat":1795000000,"exp":1795000600})";
  for (const std::string& subject : {std::string(), std::string(R"("sub":"",)"), std::string(R"("sub":7,)"),
                                     std::string(R"("sub":"a\nb",)"), R"("sub":")" + std::string(256, 's') + "\","}) {
    expect_claims_refused(begin + subject + times);
  }
}

TEST_F(TrustedIssuersTest, TakesATenantOnlyFromTheList) {
  TrustedIssuer shared = corporate();
  shared.tenant.reset();
  shared.tenant_claim = "org";
  shared.tenants = {"north", "south"};
  make(shared);
  const auto caller = verify(rsa_.token(header("RS256", "r1"), claims(R"(,"org":"south")")));
  ASSERT_TRUE(caller);
  EXPECT_EQ(caller->principal.tenant, "south");
  expect_claims_refused(claims(R"(,"org":"default")"));
  expect_claims_refused(claims(R"(,"org":["south"])"));
  expect_claims_refused(claims());
}

TEST_F(TrustedIssuersTest, ReadsRolesWhereverTheyStand) {
  TrustedIssuer by_words = corporate();
  by_words.roles_claim = "https://valion.example/roles";
  make(by_words);
  const auto words = verify(rsa_.token(header("RS256", "r1"), claims(R"(,"https://valion.example/roles":"x bosses")")));
  ASSERT_TRUE(words);
  EXPECT_THAT(words->principal.roles, ElementsAre("admin"));
  const auto none = verify(good());
  EXPECT_THAT(none->principal.roles, IsEmpty());
}

TEST_F(TrustedIssuersTest, KnowsOnlyItsIssuers) {
  EXPECT_TRUE(issuers_->knows(server_.issuer()));
  for (const std::string& other : {std::string(), server_.issuer() + "/", std::string("valion")}) {
    EXPECT_FALSE(issuers_->knows(other));
  }
  std::string text = claims();
  text.replace(text.find("/realm"), 6, "/other");
  expect_claims_refused(text);
}

TEST_F(TrustedIssuersTest, BoundsWhatItFetchesInSizeAndTime) {
  server_.keys = std::string(300'000, 'x');
  const auto large = loop_.run(fetcher_.fetch(server_.address() + "/realm/keys", ""));
  EXPECT_THAT(large.error().message, HasSubstr("larger than 262144 bytes"));
  server_.silence = 400ms;
  DocumentFetcher hasty(FetchBounds{100ms, 100ms, 1'000});
  const auto slow = loop_.run(hasty.fetch(server_.address() + "/realm/keys", ""));
  EXPECT_THAT(slow.error().message, HasSubstr("does not answer"));
  EXPECT_EQ(slow.error().kind, ErrorKind::unavailable);
  const auto nobody = loop_.run(fetcher_.fetch("http://127.0.0.1:1/", ""));
  EXPECT_THAT(nobody.error().message, HasSubstr("does not answer"));
}

// Through the whole gate: known, and out again when the key goes.
TEST_F(TrustedIssuersTest, ServesTheAuthenticator) {
  class Nothing final : public Withdrawals {
   public:
    [[nodiscard]] bool is_withdrawn(const IssuedToken&) const override { return false; }
    [[nodiscard]] std::uint64_t generation() const noexcept override { return 0; }
    Async<Result<void>> refresh() override { co_return Result<void>{}; }
  } withdrawals;
  testing::TemporaryFolder folder;
  sql::Database database("sqlite:" + (folder.path() / "gateway.db").string());
  const auto key = auth::SigningKey::load_or_create(folder.path() / "gateway.key");
  CpuPool cpu(1, 16);
  KeyRing ring(database, key);
  ApiKeyCatalogue keys(database);
  ASSERT_TRUE(loop_.run(ring.refresh(now_)));
  Authenticator gate(loop_.executor(), {ring, keys, withdrawals, issuers_.get(), cpu, key});
  const std::string text = good();
  const auto caller = loop_.run(gate.verify(text, "", now_));
  ASSERT_TRUE(caller) << caller.error().message;
  EXPECT_EQ(gate.known(text, now_), *caller);
  server_.publish({ec_.jwk("e1")});
  now_ += 600s - 1s;
  loop_.run(issuers_->refresh(now_ + 1s));
  EXPECT_EQ(gate.known(text, now_), nullptr);
  EXPECT_FALSE(loop_.run(gate.verify(text, "", now_)));
}

}  // namespace
}  // namespace valion::gateway
