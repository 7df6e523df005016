#include "platform/auth/jwk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/auth/base64url.hpp"
#include "platform/auth/ed25519_key.hpp"
#include "platform/auth/test_keys.hpp"

namespace valion::auth {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::IssuerKey;
using ::testing::SizeIs;

const std::string kPoint = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";  // RFC 8037 A.1

std::string okp(const std::string& more) {
  return R"({"kty":"OKP","crv":"Ed25519","x":")" + kPoint + "\"" + more + "}";
}
KeySet read(const std::string& keys) {
  const auto set = parse_key_set(R"({"keys":[)" + keys + "]}");
  EXPECT_TRUE(set) << set.error().message;
  return set.value_or(KeySet{});
}
void expect_not_used(const std::string& key, const std::string& why) {
  const KeySet set = read(key);
  EXPECT_THAT(set.keys, IsEmpty()) << key;
  EXPECT_THAT(set.refused, ElementsAre(HasSubstr(why))) << key;
}

TEST(Jwk, IsNamedByTheThumbprintOfRfc8037A3) {
  EXPECT_EQ(thumbprint(from_base64url(kPoint).value()), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

TEST(Jwk, IsReadBackAsWritten) {
  const Ed25519Key key = Ed25519Key::generate();
  const std::string text = to_key_set({{"first", key.point()}});
  EXPECT_EQ(text, R"({"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","use":"sig","kid":"first","x":")" +
                      to_base64url(key.point()) + R"("}]})");
  const auto set = parse_key_set(text);
  ASSERT_TRUE(set);
  ASSERT_THAT(set->keys, SizeIs(1));
  EXPECT_EQ(set->keys[0].key_id, "first");
  EXPECT_TRUE(set->keys[0].key.verifies("text", key.sign("text")));
}

TEST(Jwk, ReadsTheThreeKinds) {
  const IssuerKey rsa = IssuerKey::rsa();
  const IssuerKey ec = IssuerKey::p256();
  const KeySet set = read(rsa.jwk("r") + "," + ec.jwk("e") + "," + okp(R"(,"kid":"o","key_ops":["verify"])"));
  ASSERT_THAT(set.keys, SizeIs(3));
  EXPECT_TRUE(set.keys[0].key.verifies("text", rsa.sign("text")));
  EXPECT_TRUE(set.keys[1].key.verifies("text", ec.sign("text")));
  EXPECT_EQ(set.keys[2].key.algorithm(), Algorithm::eddsa);
}

TEST(Jwk, UsesNoKeyWithoutAName) {
  expect_not_used(okp(""), "no `kid`");
  expect_not_used(okp(R"(,"kid":"")"), "no `kid`");
  expect_not_used(okp(R"(,"kid":7)"), "no `kid`");
  expect_not_used(okp(R"(,"kid":")" + std::string(257, 'x') + "\""), "no `kid`");
}
TEST(Jwk, UsesNoSymmetricKey) { expect_not_used(R"({"kty":"oct","kid":"a","k":"c2VjcmV0"})", "private part"); }
TEST(Jwk, UsesNoKeyThatIsPublishedWithItsPrivatePart) {
  expect_not_used(okp(R"(,"kid":"a","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")"), "private part");
}
TEST(Jwk, UsesNoKeyForEncryption) {
  expect_not_used(okp(R"(,"kid":"a","use":"enc")"), "not for signatures");
  expect_not_used(okp(R"(,"kid":"a","use":null)"), "not for signatures");
  expect_not_used(okp(R"(,"kid":"a","key_ops":["sign"])"), "not for verifying");
  expect_not_used(okp(R"(,"kid":"a","key_ops":"verify")"), "not for verifying");
}
TEST(Jwk, UsesNoKeyForAnotherAlgorithm) {
  expect_not_used(okp(R"(,"kid":"a","alg":"HS256")"), "an algorithm");
  std::string rsa = IssuerKey::rsa().jwk("a");
  rsa.insert(1, R"("alg":"RS512",)");
  expect_not_used(rsa, "an algorithm");
}
TEST(Jwk, UsesNoKeyOfAnotherKind) {
  expect_not_used(R"({"kty":"OKP","crv":"X25519","kid":"a","x":"AAAA"})", "not used here");
  expect_not_used(R"({"kty":"EC","crv":"P-521","kid":"a","x":"AAAA","y":"AAAA"})", "not used here");
  expect_not_used(R"({"kid":"a"})", "not used here");
}
TEST(Jwk, UsesNoWeakKey) {
  expect_not_used(R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":")" + to_base64url(std::string(32, '\0')) + "\"}",
                  "low order");
  expect_not_used(IssuerKey::rsa(1024).jwk("a"), "1024 bits");
}
TEST(Jwk, UsesNoKeyWhoseNumbersAreNoBase64Url) {
  expect_not_used(R"({"kty":"OKP","crv":"Ed25519","kid":"a","x":"=="})", "`x` is no base64url");
  expect_not_used(R"({"kty":"RSA","kid":"a","n":"AQAB"})", "`e` is no base64url");
  expect_not_used(R"({"kty":"RSA","kid":"a","n":5,"e":"AQAB"})", "`n` is no base64url");
}
TEST(Jwk, UsesNoKeyWithMembersThatStandTwice) {
  expect_not_used(okp(R"(,"kid":"a","kid":"b")"), "stand once");
  expect_not_used("7", "stand once");
}
TEST(Jwk, UsesNeitherOfTwoKeysWithOneName) {
  const KeySet set = read(okp(R"(,"kid":"a")") + "," + IssuerKey::p256().jwk("a"));
  EXPECT_THAT(set.keys, IsEmpty());
  EXPECT_THAT(set.refused, ElementsAre("a: stands twice"));
}
TEST(Jwk, KeepsTheGoodOnesBesideThoseItRefuses) {
  const KeySet set = read(okp(R"(,"kid":"good")") + R"(,{"kty":"oct","kid":"bad","k":"c2VjcmV0"})");
  ASSERT_THAT(set.keys, SizeIs(1));
  EXPECT_EQ(set.keys[0].key_id, "good");
  EXPECT_THAT(set.refused, SizeIs(1));
}

TEST(Jwk, IsNoSetWithoutAnArrayOfKeys) {
  for (const char* text : {"", "null", "[]", "{}", R"({"keys":{}})", R"({"keys":null})", R"({"keys":[],"keys":[]})",
                           R"({"keys":[)", "<html>"}) {
    const auto set = parse_key_set(text);
    ASSERT_FALSE(set) << text;
    EXPECT_EQ(set.error().kind, ErrorKind::malformed);
  }
  std::string many = okp(R"(,"kid":"0")");
  for (int i = 1; i <= 64; ++i) many += "," + okp(R"(,"kid":")" + std::to_string(i) + "\"");
  EXPECT_EQ(parse_key_set(R"({"keys":[)" + many + "]}").error().kind, ErrorKind::malformed);
  EXPECT_THAT(read("").keys, IsEmpty());
}

}  // namespace
}  // namespace valion::auth
