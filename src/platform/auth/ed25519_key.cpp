#include "platform/auth/ed25519_key.hpp"

#include <sodium.h>

#include <stdexcept>

namespace valion::auth {
namespace {

static_assert(Ed25519Key::kSeedBytes == crypto_sign_SEEDBYTES);

unsigned char* as_unsigned(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* as_unsigned(const char* bytes) { return reinterpret_cast<const unsigned char*>(bytes); }

void start_sodium() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

}  // namespace

Ed25519Key Ed25519Key::generate() {
  start_sodium();
  std::string seed(kSeedBytes, '\0');
  randombytes_buf(seed.data(), seed.size());
  Ed25519Key key = from_seed(seed);
  sodium_memzero(seed.data(), seed.size());
  return key;
}

Ed25519Key Ed25519Key::from_seed(std::string_view seed) {
  start_sodium();
  if (seed.size() != kSeedBytes) throw std::invalid_argument("the seed of an Ed25519 key has 32 bytes");
  std::string point(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_seed_keypair(as_unsigned(point.data()), as_unsigned(secret.data()), as_unsigned(seed.data()));
  return Ed25519Key(std::move(secret));
}

Ed25519Key::~Ed25519Key() { sodium_memzero(secret_.data(), secret_.size()); }

std::string Ed25519Key::seed() const { return secret_.substr(0, kSeedBytes); }

std::string Ed25519Key::point() const { return secret_.substr(kSeedBytes); }

std::string Ed25519Key::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  crypto_sign_detached(as_unsigned(signature.data()), nullptr, as_unsigned(message.data()), message.size(),
                       as_unsigned(secret_.data()));
  return signature;
}

}  // namespace valion::auth
