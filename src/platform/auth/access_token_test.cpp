// Each way in which a token can be wrong, by name.
#include "platform/auth/access_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "platform/auth/base64url.hpp"
#include "platform/auth/hmac_sha256.hpp"
#include "platform/auth/test_keys.hpp"

namespace valion::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::IssuerKey;

constexpr std::int64_t kNow = 1'795'000'000;

class AccessTokenTest : public ::testing::Test {
 protected:
  [[nodiscard]] static AccessClaims ana() {
    AccessClaims claims;
    claims.issuer = "valion";
    claims.audience = "valion";
    claims.principal = {"acme", "ana", {"appraiser", "admin"}};
    claims.session = "s1";
    claims.token_id = "t1";
    claims.issued_at = claims.not_before = kNow;
    claims.expires_at = kNow + 3'600;
    return claims;
  }
  [[nodiscard]] std::string token(const std::function<void(AccessClaims&)>& change = [](AccessClaims&) {}) const {
    AccessClaims claims = ana();
    change(claims);
    return sign_access_token(key_, "k1", claims);
  }
  // With our own good signature over whatever header and payload.
  [[nodiscard]] std::string sign(const std::string& header, const std::string& payload) const {
    const std::string message = to_base64url(header) + "." + to_base64url(payload);
    return message + "." + to_base64url(key_.sign(message));
  }
  [[nodiscard]] static std::string payload(const std::string& more = "") {
    return R"({"iss":"valion","aud":"valion","sub":"ana","client_id":"valion","tenant":"acme","roles":["admin"],"iat":)" +
           std::to_string(kNow) + R"(,"nbf":)" + std::to_string(kNow) + R"(,"exp":)" + std::to_string(kNow + 60) +
           R"(,"jti":"t1")" + more + "}";
  }
  [[nodiscard]] Result<AccessClaims> verify(const std::string& token, std::int64_t later = 0) const {
    VALION_TRY_ASSIGN(const ParsedToken parsed, parse_token(token));
    if (!is_signed_by(*public_, parsed)) return not_a_token();
    return read_access_claims(parsed, Expected{"valion", "valion"},
                              std::chrono::system_clock::from_time_t(kNow + later));
  }
  void expect_refused(const std::string& token) const {
    const auto claims = verify(token);
    ASSERT_FALSE(claims) << token.substr(0, 200);
    EXPECT_EQ(claims.error().kind, ErrorKind::unauthenticated);
    EXPECT_EQ(claims.error().message, not_a_token().value().message) << "the words do not tell which check failed";
  }
  void expect_header_refused(const std::string& header) const { expect_refused(sign(header, payload())); }
  void expect_payload_refused(const std::string& text) const { expect_refused(sign(header_, text)); }

  const std::string header_ = R"({"alg":"EdDSA","typ":"at+jwt","kid":"k1"})";
  const Ed25519Key key_ = Ed25519Key::generate();
  const Result<PublicKey> public_ = PublicKey::ed25519(key_.point());
};

TEST_F(AccessTokenTest, SaysWhoCalls) {
  const auto claims = verify(token());
  ASSERT_TRUE(claims) << claims.error().message;
  EXPECT_EQ(claims->principal.tenant, "acme");
  EXPECT_EQ(claims->principal.user, "ana");
  EXPECT_THAT(claims->principal.roles, ElementsAre("appraiser", "admin"));
  EXPECT_EQ(claims->session, "s1");
  EXPECT_EQ(claims->token_id, "t1");
  EXPECT_EQ(claims->issued_at, kNow);
  EXPECT_EQ(claims->expires_at, kNow + 3'600);
  EXPECT_TRUE(verify(sign(header_, payload())));
}

TEST_F(AccessTokenTest, HasTheHeaderOfRfc9068) {
  const std::string text = token();
  EXPECT_EQ(from_base64url(text.substr(0, text.find('.'))), R"({"alg":"EdDSA","typ":"at+jwt","kid":"k1"})");
  const auto parsed = parse_token(text);
  EXPECT_EQ(parsed->key_id, "k1");
  EXPECT_EQ(parsed->type, "at+jwt");
  EXPECT_EQ(parsed->issuer, "valion");
}

TEST_F(AccessTokenTest, RefusesNone) {
  expect_header_refused(R"({"alg":"none","typ":"at+jwt","kid":"k1"})");
  for (const char* name : {"none", "None", "nOnE", "NONE"}) {
    const std::string header = std::string(R"({"alg":")") + name + R"(","typ":"at+jwt"})";
    expect_refused(to_base64url(header) + "." + to_base64url(payload()) + ".");  // as attackers send it
    expect_header_refused(header);
  }
}

// The classic: the public key, which everybody knows, taken as the secret of an HMAC.
TEST_F(AccessTokenTest, RefusesHs256WithThePublicKeyAsSecret) {
  const std::string message =
      to_base64url(R"({"alg":"HS256","typ":"at+jwt","kid":"k1"})") + "." + to_base64url(payload());
  for (const std::string& secret : {key_.point(), to_base64url(key_.point())}) {
    expect_refused(message + "." + to_base64url(hmac_sha256(secret, message)));
  }
}

TEST_F(AccessTokenTest, RefusesEveryOtherAlgorithm) {
  for (const char* name :
       {"HS256", "HS512", "RS256", "RS512", "PS256", "ES256", "ES384", "eddsa", "EDDSA", "Ed25519", "", " EdDSA"}) {
    expect_header_refused(std::string(R"({"alg":")") + name + R"(","typ":"at+jwt","kid":"k1"})");
  }
  expect_header_refused(R"({"typ":"at+jwt","kid":"k1"})");
  expect_header_refused(R"({"alg":null,"typ":"at+jwt"})");
  expect_header_refused(R"({"alg":["EdDSA"],"typ":"at+jwt"})");
}

// A genuine RS256 signature does not pass where the key is of another kind, whatever the header says.
TEST_F(AccessTokenTest, RefusesAKeyOfAnotherAlgorithmThanTheHeaders) {
  const IssuerKey rsa = IssuerKey::rsa();
  const auto rsa_key = PublicKey::rsa(rsa.modulus(), rsa.exponent());
  const std::string genuine = rsa.token(R"({"alg":"RS256","typ":"at+jwt"})", payload());
  const std::string mislabelled = rsa.token(R"({"alg":"ES256","typ":"at+jwt"})", payload());
  const auto honest = parse_token(genuine);
  const auto lying = parse_token(mislabelled);
  EXPECT_TRUE(is_signed_by(*rsa_key, *honest));
  EXPECT_FALSE(is_signed_by(*rsa_key, *lying));
  EXPECT_FALSE(is_signed_by(*public_, *honest));
}

TEST_F(AccessTokenTest, RefusesAnotherKeysSignature) {
  const Ed25519Key other = Ed25519Key::generate();
  expect_refused(sign_access_token(other, "k1", ana()));
}

// `jwk` and its kin would let the sender bring the key along.
TEST_F(AccessTokenTest, RefusesAKeyThatComesInTheHeader) {
  const Ed25519Key other = Ed25519Key::generate();
  const std::string header = R"({"alg":"EdDSA","typ":"at+jwt","jwk":{"kty":"OKP","crv":"Ed25519","x":")" +
                             to_base64url(other.point()) +
                             R"("},"jku":"https://evil.example/jwks","x5u":"https://e/"})";
  const std::string message = to_base64url(header) + "." + to_base64url(payload());
  expect_refused(message + "." + to_base64url(other.sign(message)));
}

TEST_F(AccessTokenTest, RefusesAnotherType) {
  for (const char* type : {"JWT", "jwt", "id+jwt", "logout+jwt", "JWE", "", "at+jwt ", "text/at+jwt"}) {
    expect_header_refused(std::string(R"({"alg":"EdDSA","kid":"k1","typ":")") + type + "\"}");
  }
  expect_header_refused(R"({"alg":"EdDSA","kid":"k1"})");
  expect_header_refused(R"({"alg":"EdDSA","kid":"k1","typ":7})");
  EXPECT_TRUE(verify(sign(R"({"alg":"EdDSA","typ":"application/AT+JWT"})", payload()))) << "RFC 7515 section 4.1.9";
}

TEST_F(AccessTokenTest, RefusesAnotherAudience) {
  for (const char* audience : {"valion-internal", "", "Valion", "valion "}) {
    expect_refused(token([&](AccessClaims& claims) { claims.audience = audience; }));
  }
}

TEST_F(AccessTokenTest, RefusesAnotherIssuer) {
  for (const char* issuer : {"other", "", "Valion", "valion/"}) {
    expect_refused(token([&](AccessClaims& claims) { claims.issuer = issuer; }));
  }
}

TEST_F(AccessTokenTest, RefusesWhatHasExpired) {
  EXPECT_TRUE(verify(token(), 3'604));
  const auto late = verify(token(), 3'605);
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().kind, ErrorKind::expired);
}

TEST_F(AccessTokenTest, RefusesWhatIsNotYetValid) {
  EXPECT_TRUE(verify(token([](AccessClaims& claims) { claims.not_before = kNow + 5; })));
  expect_refused(token([](AccessClaims& claims) { claims.not_before = kNow + 6; }));
}

TEST_F(AccessTokenTest, RefusesWhatWasIssuedInTheFuture) {
  EXPECT_TRUE(verify(token([](AccessClaims& claims) { claims.issued_at = kNow + 5; })));
  expect_refused(token([](AccessClaims& claims) { claims.issued_at = kNow + 6; }));
}

TEST_F(AccessTokenTest, RefusesTimesThatCannotBe) {
  expect_refused(token([](AccessClaims& claims) { claims.expires_at = kNow - 1; }));
  expect_refused(token([](AccessClaims& claims) { claims.expires_at = kNow + 8 * 24 * 3'600; }));
  expect_refused(token([](AccessClaims& claims) { claims.expires_at = std::numeric_limits<std::int64_t>::max(); }));
  expect_refused(token([](AccessClaims& claims) { claims.not_before = std::numeric_limits<std::int64_t>::min(); }));
  expect_refused(token([](AccessClaims& claims) { claims.issued_at = -1; }));
  expect_payload_refused(R"({"iss":"valion","aud":"valion","sub":"ana","client_id":"v","tenant":"acme","roles":[],)"
                         R"("iat":"1795000000","nbf":1795000000,"exp":1795000060,"jti":"t"})");
  expect_payload_refused(R"({"iss":"valion","aud":"valion","sub":"ana","client_id":"v","tenant":"acme","roles":[],)"
                         R"("iat":1795000000,"nbf":1795000000,"exp":1e999,"jti":"t"})");
}

TEST_F(AccessTokenTest, RefusesMissingClaims) {
  EXPECT_TRUE(verify(sign(header_, payload())));
  for (const char* claim : {"iss", "aud", "sub", "tenant", "roles", "iat", "nbf", "exp", "jti"}) {
    std::string text = payload();
    const std::string name = std::string("\"") + claim + "\"";
    text.replace(text.find(name), name.size(), "\"gone\"");
    expect_payload_refused(text);
  }
  expect_refused(token([](AccessClaims& claims) { claims.principal.user.clear(); }));
  expect_refused(token([](AccessClaims& claims) { claims.principal.tenant.clear(); }));
}

TEST_F(AccessTokenTest, RefusesAnyCriticalExtension) {
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","crit":["exp"],"exp":1})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","crit":["http://example.com/UNDEFINED"]})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","crit":[]})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","crit":null})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","b64":false,"crit":["b64"]})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","b64":false})");
}

TEST_F(AccessTokenTest, RefusesMembersThatStandTwice) {
  expect_header_refused(R"({"alg":"EdDSA","alg":"none","typ":"at+jwt"})");
  expect_header_refused(R"({"alg":"none","alg":"EdDSA","typ":"at+jwt"})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","kid":"a","kid":"k1"})");
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","\u0061lg":"EdDSA"})");
  expect_payload_refused(payload(R"(,"tenant":"other")"));
  expect_payload_refused(payload(R"(,"x":1,"x":2)"));
}

TEST_F(AccessTokenTest, RefusesBase64UrlThatIsNotExact) {
  const std::string good = token();
  EXPECT_TRUE(verify(good));
  const std::size_t first = good.find('.');
  const std::size_t second = good.rfind('.');
  for (const char* more : {"=", "==", " ", "\n", "%3D", "A"}) {
    expect_refused(good + more);
    expect_refused(std::string(good).insert(first, more));
    expect_refused(std::string(good).insert(second, more));
  }
  std::string spare = good;  // the same signature bytes, another text: the last character's spare bits
  spare.back() = static_cast<char>(spare.back() + 1);
  expect_refused(spare);
}

TEST_F(AccessTokenTest, RefusesWhatWasTamperedWith) {
  const std::string good = token();
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string changed = good;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    expect_refused(changed);
  }
}

TEST_F(AccessTokenTest, RefusesGarbage) {
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), std::string("..."), std::string("a.b"),
        std::string("a.b.c"), std::string("a.b.c.d.e"), std::string(7, '\0'), std::string("\xff\xfe.\x80.\x81"),
        std::string(10'000'000, '.'), std::string(10'000, 'A')}) {
    expect_refused(text);
  }
  for (const char* text : {"", "{", "[]", "null", "7", "\"x\"", "{}", R"({"iss":"valion"})", "\xff"}) {
    expect_payload_refused(text);
    expect_header_refused(text);
  }
  expect_payload_refused(payload(R"(,"x":)" + std::string(200, '[') + std::string(200, ']')));
  expect_header_refused(R"({"alg":"EdDSA","typ":"at+jwt","kid":")" + std::string(300, 'k') + "\"}");
}

TEST_F(AccessTokenTest, RefusesMoreThan8KiB) {
  expect_refused(token([](AccessClaims& claims) { claims.session = std::string(8'192, 's'); }));
  EXPECT_TRUE(verify(token([](AccessClaims& claims) { claims.session = std::string(5'000, 's'); })));
}

}  // namespace
}  // namespace valion::auth
