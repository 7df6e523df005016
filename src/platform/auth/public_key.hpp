// Public keys that verify signatures of tokens, of exactly three kinds (RFC 7518, RFC 8037): Ed25519, RSA with SHA-256,
// P-256.
//
// A key knows its algorithm: what a token's header claims never chooses how a key is used. Ed25519 goes through
// libsodium, which is 2.5 times as quick as OpenSSL 3.0 at it and refuses low-order points and non-canonical
// signatures; the others through EVP.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion::auth {

enum class Algorithm { eddsa, rs256, es256 };
[[nodiscard]] std::string_view name_of(Algorithm algorithm) noexcept;  // as `alg` has it
// Nothing for every other name, `none` and the HS family included.
[[nodiscard]] std::optional<Algorithm> algorithm_named(std::string_view name) noexcept;

// Immutable, thread-safe.
class PublicKey {
 public:
  // invalid, saying why: wrong length, not on the curve, low order, a modulus under 2048 or over 8192 bits, a weak
  // exponent.
  [[nodiscard]] static Result<PublicKey> ed25519(std::string_view point);                           // 32 bytes
  [[nodiscard]] static Result<PublicKey> rsa(std::string_view modulus, std::string_view exponent);  // big-endian
  [[nodiscard]] static Result<PublicKey> p256(std::string_view x, std::string_view y);              // 32 bytes each
  ~PublicKey();
  PublicKey(PublicKey&&) noexcept;
  PublicKey& operator=(PublicKey&&) noexcept;
  PublicKey(const PublicKey&) = default;
  PublicKey& operator=(const PublicKey&) = default;

  [[nodiscard]] Algorithm algorithm() const noexcept { return algorithm_; }
  // Ed25519 about 50 µs, RS256 30 µs, ES256 90 µs.
  [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const noexcept;

 private:
  struct Opened;
  PublicKey(Algorithm algorithm, std::string point, std::shared_ptr<const Opened> opened);
  Algorithm algorithm_;
  std::string point_;                     // of Ed25519
  std::shared_ptr<const Opened> opened_;  // of the others
};

}  // namespace valion::auth
