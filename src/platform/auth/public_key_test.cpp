#include "platform/auth/public_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/auth/base64url.hpp"
#include "platform/auth/ed25519_key.hpp"
#include "platform/auth/test_keys.hpp"

namespace valion::auth {
namespace {

using ::testing::HasSubstr;
using testing::IssuerKey;

std::string bytes(std::string_view base64url) { return from_base64url(base64url).value(); }

void expect_refused(const Result<PublicKey>& key, const std::string& why) {
  ASSERT_FALSE(key) << why;
  EXPECT_EQ(key.error().kind, ErrorKind::invalid);
  EXPECT_THAT(key.error().message, HasSubstr(why));
}

TEST(PublicKey, VerifiesTheEd25519SignatureOfRfc8037A4) {
  const Ed25519Key key = Ed25519Key::from_seed(bytes("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"));
  EXPECT_EQ(to_base64url(key.point()), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
  const std::string message = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature =
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  EXPECT_EQ(to_base64url(key.sign(message)), signature);
  const auto opened = PublicKey::ed25519(key.point());
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->verifies(message, bytes(signature)));
  EXPECT_FALSE(opened->verifies(message + "x", bytes(signature)));
}

TEST(PublicKey, VerifiesTheRs256SignatureOfRfc7515A2) {
  const auto key = PublicKey::rsa(
      bytes("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-"
            "SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"
            "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2eth"
            "FkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"),
      bytes("AQAB"));
  ASSERT_TRUE(key) << key.error().message;
  const std::string message =
      "eyJhbGciOiJSUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature = bytes(
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7"
      "t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi1"
      "2jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGl"
      "UPQGe77Rw");
  EXPECT_TRUE(key->verifies(message, signature));
  EXPECT_FALSE(key->verifies(message + " ", signature));
}

TEST(PublicKey, VerifiesTheEs256SignatureOfRfc7515A3) {
  const auto key = PublicKey::p256(bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
                                   bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"));
  ASSERT_TRUE(key) << key.error().message;
  const std::string message =
      "eyJhbGciOiJFUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const std::string signature =
      bytes("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q");
  EXPECT_TRUE(key->verifies(message, signature));
  EXPECT_FALSE(key->verifies(message.substr(1), signature));
}

TEST(PublicKey, VerifiesWhatEachKindSigned) {
  const Ed25519Key own = Ed25519Key::generate();
  const IssuerKey rsa = IssuerKey::rsa();
  const IssuerKey ec = IssuerKey::p256();
  EXPECT_TRUE(PublicKey::ed25519(own.point())->verifies("text", own.sign("text")));
  EXPECT_TRUE(PublicKey::rsa(rsa.modulus(), rsa.exponent())->verifies("text", rsa.sign("text")));
  EXPECT_TRUE(PublicKey::p256(ec.x(), ec.y())->verifies("text", ec.sign("text")));
}

TEST(PublicKey, RefusesSignaturesThatHaveAnotherForm) {
  const Ed25519Key own = Ed25519Key::generate();
  const IssuerKey ec = IssuerKey::p256();
  const auto ed25519 = PublicKey::ed25519(own.point());
  const auto p256 = PublicKey::p256(ec.x(), ec.y());
  for (const std::string& signature : {std::string(), std::string(63, 'x'), std::string(64, '\0'), std::string(65, 'x'),
                                       std::string(64, '\xff'), own.sign("text") + "x"}) {
    EXPECT_FALSE(ed25519->verifies("text", signature));
    EXPECT_FALSE(p256->verifies("text", signature));
  }
}

// RFC 8032 section 5.1.7: S + L verifies the same equation; who takes it lets anybody make a second signature of one
// text.
TEST(PublicKey, RefusesAnEd25519SignatureThatIsNotCanonical) {
  const Ed25519Key own = Ed25519Key::generate();
  std::string signature = own.sign("text");
  const std::string order = std::string("\xed\xd3\xf5\x5c\x1a\x63\x12\x58\xd6\x9c\xf7\xa2\xde\xf9\xde\x14", 16) +
                            std::string(15, '\0') + "\x10";
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry +=
        static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned>(static_cast<unsigned char>(order[i]));
    signature[32 + i] = static_cast<char>(carry & 0xff);
    carry >>= 8;
  }
  EXPECT_FALSE(PublicKey::ed25519(own.point())->verifies("text", signature));
}

TEST(PublicKey, RefusesEd25519PointsOfLowOrder) {
  std::string identity(32, '\0');
  identity[0] = 1;
  const std::string order_two = "\xec" + std::string(30, '\xff') + "\x7f";
  const std::string order_eight =
      bytes("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o");  // one of the eight, of RFC 7748's twist
  for (const std::string& point : {std::string(32, '\0'), identity, order_two, order_eight}) {
    expect_refused(PublicKey::ed25519(point), "low order");
  }
}

TEST(PublicKey, RefusesEd25519PointsThatAreNone) {
  expect_refused(PublicKey::ed25519(std::string(31, 'x')), "32 bytes");
  expect_refused(PublicKey::ed25519(std::string(33, 'x')), "32 bytes");
  expect_refused(PublicKey::ed25519(std::string(32, '\xff')), "not canonical");
}

TEST(PublicKey, RefusesRsaUnder2048Bits) {
  const IssuerKey small = IssuerKey::rsa(1024);
  expect_refused(PublicKey::rsa(small.modulus(), small.exponent()), "has 1024 bits, 2048 are wanted");
  expect_refused(PublicKey::rsa(std::string(300, '\0') + small.modulus(), small.exponent()), "2048 are wanted");
  expect_refused(PublicKey::rsa("", ""), "2048 are wanted");
}

TEST(PublicKey, RefusesRsaThatIsTooLargeOrWeak) {
  const IssuerKey good = IssuerKey::rsa();
  expect_refused(PublicKey::rsa(std::string(1025, '\x81'), good.exponent()), "more than 8192 bits");
  expect_refused(PublicKey::rsa(std::string(1'000'000, '\x81'), good.exponent()), "more than 8192 bits");
  std::string even = good.modulus();
  even.back() = '\0';
  expect_refused(PublicKey::rsa(even, good.exponent()), "even modulus");
  for (const std::string& exponent : {std::string("\x01"), std::string("\x03"), std::string("\x01\x00\x00", 3),
                                      std::string(), std::string(9, '\x01'), std::string(100'000, '\x01')}) {
    expect_refused(PublicKey::rsa(good.modulus(), exponent), "odd exponent");
  }
}

TEST(PublicKey, RefusesPointsThatAreNotOnP256) {
  const IssuerKey good = IssuerKey::p256();
  std::string y = good.y();
  y.back() = static_cast<char>(y.back() ^ 1);
  expect_refused(PublicKey::p256(good.x(), y), "no point of P-256");
  expect_refused(PublicKey::p256(std::string(32, '\0'), std::string(32, '\0')), "no point of P-256");
  expect_refused(PublicKey::p256(good.x().substr(1), good.y()), "32 bytes each");
  expect_refused(PublicKey::p256(good.x() + "x", good.y()), "32 bytes each");
}

TEST(PublicKey, KnowsThreeAlgorithmsAndNoOther) {
  for (const Algorithm algorithm : {Algorithm::eddsa, Algorithm::rs256, Algorithm::es256}) {
    EXPECT_EQ(algorithm_named(name_of(algorithm)), algorithm);
  }
  for (const char* name : {"", "none", "None", "NONE", "HS256", "HS384", "HS512", "RS1", "RS384", "RS512", "PS256",
                           "ES384", "ES256K", "eddsa", "Ed25519", "EdDSA ", "ECDH-ES", "dir"}) {
    EXPECT_FALSE(algorithm_named(name)) << name;
  }
}

}  // namespace
}  // namespace valion::auth
