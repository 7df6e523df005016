#include "platform/auth/sealed_text.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "platform/auth/base64url.hpp"

namespace valion::auth {
namespace {

constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;

using DerivedKey = std::array<unsigned char, crypto_aead_xchacha20poly1305_ietf_KEYBYTES>;

unsigned char* as_unsigned(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* as_unsigned(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

// Keyed BLAKE2b of the purpose, so that one file serves several purposes and none learns another's key.
DerivedKey derive(const SigningKey& key, std::string_view purpose) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
  DerivedKey derived{};
  crypto_generichash(derived.data(), derived.size(), as_unsigned(purpose.data()), purpose.size(),
                     as_unsigned(key.bytes().data()), key.bytes().size());
  return derived;
}

}  // namespace

std::string seal(const SigningKey& key, std::string_view purpose, std::string_view bound_to, std::string_view secret) {
  DerivedKey derived = derive(key, purpose);
  std::string sealed(kNonce + secret.size() + kTag, '\0');
  randombytes_buf(sealed.data(), kNonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(as_unsigned(sealed.data() + kNonce), nullptr, as_unsigned(secret.data()),
                                             secret.size(), as_unsigned(bound_to.data()), bound_to.size(), nullptr,
                                             as_unsigned(sealed.data()), derived.data());
  sodium_memzero(derived.data(), derived.size());
  return to_base64url(sealed);
}

std::optional<std::string> unseal(const SigningKey& key, std::string_view purpose, std::string_view bound_to,
                                  std::string_view sealed) {
  const auto bytes = from_base64url(sealed);
  if (!bytes || bytes->size() < kNonce + kTag) return std::nullopt;
  DerivedKey derived = derive(key, purpose);
  std::string secret(bytes->size() - kNonce - kTag, '\0');
  const bool good =
      crypto_aead_xchacha20poly1305_ietf_decrypt(
          as_unsigned(secret.data()), nullptr, nullptr, as_unsigned(bytes->data() + kNonce), bytes->size() - kNonce,
          as_unsigned(bound_to.data()), bound_to.size(), as_unsigned(bytes->data()), derived.data()) == 0;
  sodium_memzero(derived.data(), derived.size());
  if (!good) return std::nullopt;
  return secret;
}

}  // namespace valion::auth
