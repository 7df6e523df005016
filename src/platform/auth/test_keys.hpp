// For tests: keys of other issuers, which sign as those do.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>
#include <string_view>

#include "platform/auth/base64url.hpp"

namespace valion::testing {

// RSA or P-256.
class IssuerKey {
 public:
  static IssuerKey rsa(unsigned bits = 2048) { return IssuerKey(EVP_RSA_gen(bits)); }
  static IssuerKey p256() { return IssuerKey(EVP_EC_gen("P-256")); }

  [[nodiscard]] std::string number(const char* parameter) const {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), parameter, &value);
    std::string bytes(static_cast<std::size_t>(is_rsa() ? BN_num_bytes(value) : 32), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    BN_free(value);
    return bytes;
  }
  [[nodiscard]] std::string modulus() const { return number(OSSL_PKEY_PARAM_RSA_N); }
  [[nodiscard]] std::string exponent() const { return number(OSSL_PKEY_PARAM_RSA_E); }
  [[nodiscard]] std::string x() const { return number(OSSL_PKEY_PARAM_EC_PUB_X); }
  [[nodiscard]] std::string y() const { return number(OSSL_PKEY_PARAM_EC_PUB_Y); }

  // As a JOSE signature: PKCS #1 v1.5 with SHA-256, or r and s.
  [[nodiscard]] std::string sign(std::string_view message) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_.get());
    std::size_t length = 1024;
    std::string signature(length, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                   reinterpret_cast<const unsigned char*>(message.data()), message.size());
    EVP_MD_CTX_free(context);
    signature.resize(length);
    return is_rsa() ? signature : side_by_side(signature);
  }
  [[nodiscard]] std::string jwk(const std::string& key_id) const {
    const auto text = [](const std::string& bytes) { return auth::to_base64url(bytes); };
    const std::string head = R"({"use":"sig","kid":")" + key_id + R"(",)";
    if (is_rsa()) return head + R"("kty":"RSA","n":")" + text(modulus()) + R"(","e":")" + text(exponent()) + "\"}";
    return head + R"("kty":"EC","crv":"P-256","x":")" + text(x()) + R"(","y":")" + text(y()) + "\"}";
  }
  // A compact JWS of whatever header and payload.
  [[nodiscard]] std::string token(const std::string& header, const std::string& payload) const {
    const std::string message = auth::to_base64url(header) + "." + auth::to_base64url(payload);
    return message + "." + auth::to_base64url(sign(message));
  }

 private:
  explicit IssuerKey(EVP_PKEY* key) : key_(key, EVP_PKEY_free) {}
  [[nodiscard]] bool is_rsa() const { return EVP_PKEY_is_a(key_.get(), "RSA") == 1; }
  static std::string side_by_side(const std::string& der) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size()));
    std::string raw(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(raw.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(raw.data() + 32), 32);
    ECDSA_SIG_free(pair);
    return raw;
  }
  std::shared_ptr<EVP_PKEY> key_;
};

}  // namespace valion::testing
