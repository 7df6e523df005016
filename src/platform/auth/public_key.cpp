#include "platform/auth/public_key.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <array>

namespace valion::auth {
namespace {

constexpr std::size_t kCoordinateBytes = 32;
constexpr int kLeastModulusBits = 2048;
constexpr int kMostModulusBits = 8192;  // a verification grows with its square
constexpr std::size_t kMostExponentBytes = 8;

template <auto Free>
struct With {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using Number = std::unique_ptr<BIGNUM, With<&BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, With<&OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, With<&OSSL_PARAM_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, With<&EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, With<&EVP_MD_CTX_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, With<&ECDSA_SIG_free>>;
using Key = std::unique_ptr<EVP_PKEY, With<&EVP_PKEY_free>>;

const unsigned char* as_unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

Number number_of(std::string_view bytes) {
  return Number(BN_bin2bn(as_unsigned(bytes), static_cast<int>(bytes.size()), nullptr));
}

tl::unexpected<Error> refused(const std::string& why) { return fail(ErrorKind::invalid, "the public key " + why); }

// From the parameters that EVP_PKEY_fromdata() wants for this type; null when they are no such key.
Key key_of(const char* type, OSSL_PARAM_BLD* builder) {
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) <= 0 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) <= 0) {
    return nullptr;
  }
  return Key(key);
}

bool is_sound(EVP_PKEY* key) {
  const KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
  return context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
}

// RFC 7518 section 3.4 writes r and s side by side; OpenSSL wants them in DER.
std::string der_of(std::string_view signature) {
  if (signature.size() != 2 * kCoordinateBytes) return {};
  const EcSignature pair(ECDSA_SIG_new());
  Number r = number_of(signature.substr(0, kCoordinateBytes));
  Number s = number_of(signature.substr(kCoordinateBytes));
  if (pair == nullptr || r == nullptr || s == nullptr) return {};
  ECDSA_SIG_set0(pair.get(), r.release(), s.release());
  unsigned char* bytes = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &bytes);
  std::string der(reinterpret_cast<const char*>(bytes), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(bytes);
  return der;
}

bool evp_verifies(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  return context != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
         EVP_DigestVerify(context.get(), as_unsigned(signature), signature.size(), as_unsigned(message),
                          message.size()) == 1;
}

}  // namespace

std::string_view name_of(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::eddsa: return "EdDSA";
    case Algorithm::rs256: return "RS256";
    case Algorithm::es256: return "ES256";
  }
  return "";
}

std::optional<Algorithm> algorithm_named(std::string_view name) noexcept {
  for (const Algorithm algorithm : {Algorithm::eddsa, Algorithm::rs256, Algorithm::es256}) {
    if (name == name_of(algorithm)) return algorithm;
  }
  return std::nullopt;
}

struct PublicKey::Opened {
  Key key;
};

PublicKey::PublicKey(Algorithm algorithm, std::string point, std::shared_ptr<const Opened> opened)
    : algorithm_(algorithm), point_(std::move(point)), opened_(std::move(opened)) {}
PublicKey::~PublicKey() = default;
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;

Result<PublicKey> PublicKey::ed25519(std::string_view point) {
  if (sodium_init() < 0) return fail(ErrorKind::internal, "libsodium cannot start: no source of randomness");
  if (point.size() != crypto_sign_PUBLICKEYBYTES) return refused("of Ed25519 has not 32 bytes");
  if (crypto_core_ed25519_is_valid_point(as_unsigned(point)) != 1) {
    return refused("is no point of Ed25519's main subgroup: not on the curve, not canonical, or of low order");
  }
  return PublicKey(Algorithm::eddsa, std::string(point), nullptr);
}

Result<PublicKey> PublicKey::rsa(std::string_view modulus, std::string_view exponent) {
  const Number n = number_of(modulus.substr(0, kMostModulusBits / 8 + 1));
  const Number e = number_of(exponent.substr(0, kMostExponentBytes + 1));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (n == nullptr || e == nullptr || builder == nullptr) return fail(ErrorKind::internal, "OpenSSL has no memory");
  const int bits = BN_num_bits(n.get());
  if (bits < kLeastModulusBits) return refused("of RSA has " + std::to_string(bits) + " bits, 2048 are wanted");
  if (bits > kMostModulusBits) return refused("of RSA has more than 8192 bits");
  if (BN_is_odd(n.get()) == 0) return refused("of RSA has an even modulus");
  if (exponent.size() > kMostExponentBytes || BN_is_odd(e.get()) == 0 || BN_get_word(e.get()) < RSA_F4) {
    return refused("of RSA wants an odd exponent from 65537 to 2^64");
  }
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  Key key = key_of("RSA", builder.get());
  if (key == nullptr) return refused("is none of RSA");
  return PublicKey(Algorithm::rs256, {}, std::make_shared<const Opened>(Opened{std::move(key)}));
}

Result<PublicKey> PublicKey::p256(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes) return refused("of P-256 has not 32 bytes each");
  const Builder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr) return fail(ErrorKind::internal, "OpenSSL has no memory");
  const std::string point = '\x04' + std::string(x) + std::string(y);  // uncompressed (SEC 1 section 2.3.3)
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  Key key = key_of("EC", builder.get());
  if (key == nullptr || !is_sound(key.get())) return refused("is no point of P-256");
  return PublicKey(Algorithm::es256, {}, std::make_shared<const Opened>(Opened{std::move(key)}));
}

bool PublicKey::verifies(std::string_view message, std::string_view signature) const noexcept {
  switch (algorithm_) {
    case Algorithm::eddsa:
      return signature.size() == crypto_sign_BYTES &&
             crypto_sign_verify_detached(as_unsigned(signature), as_unsigned(message), message.size(),
                                         as_unsigned(point_)) == 0;
    case Algorithm::rs256: return evp_verifies(opened_->key.get(), message, signature);
    case Algorithm::es256: {
      const std::string der = der_of(signature);
      return !der.empty() && evp_verifies(opened_->key.get(), message, der);
    }
  }
  return false;
}

}  // namespace valion::auth
