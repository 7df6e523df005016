#include "platform/auth/password.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "platform/auth/base64url.hpp"

namespace valion::auth {
namespace {

constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 19u << 20;

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

}  // namespace

std::string hash_password(std::string_view password) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasses, kMemory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::runtime_error("cannot hash a password: 19 MiB of memory are not available");
  }
  return hash.data();
}

bool verify_password(const std::string& hash, std::string_view password) noexcept {
  return sodium_init() >= 0 && hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash) noexcept {
  return sodium_init() >= 0 && hash.size() < crypto_pwhash_STRBYTES &&
         crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemory) != 0;
}

std::string random_text(std::size_t bytes) {
  start_sodium();
  std::string noise(bytes, '\0');
  randombytes_buf(noise.data(), noise.size());
  return to_base64url(noise);
}

}  // namespace valion::auth
