// The credentials that were verified already: a bounded table from their text to what they say.
//
// A lookup hashes the last 64 bytes (of a token the signature, of a key its secret) with SipHash under a random key and
// compares the whole text: no collision passes for a hit, and nobody can aim at a slot without the key, so neither the
// table's shape nor the comparison's time tells anything. Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "services/api_gateway/identity/caller.hpp"

namespace valion::gateway {

struct KnownCredential {
  enum class Voucher { ring, issuer, key_catalogue };
  std::string text;
  CallerPtr caller;
  Voucher voucher = Voucher::ring;
  std::string key_id;                // of the key that signed it
  std::string issuer;                // of Voucher::issuer
  std::uint64_t key_generation = 0;  // of Voucher::key_catalogue
  std::int64_t valid_until = 0;      // seconds since 1970, leeway included; 0: no end
  std::uint64_t epoch = 0;           // when it was last found to be good: the authenticator's count of changes
  std::int64_t noted_at = 0;         // when the use of an API key was last noted
};

class KnownCredentials {
 public:
  // The bounds: how many, and bytes of their texts.
  KnownCredentials(std::size_t most, std::size_t most_bytes);

  // Null when unknown. Valid until the next change.
  [[nodiscard]] KnownCredential* find(std::string_view text) noexcept;
  // Replaces one with the same text. Over a bound, those go that were not found since the hand last passed them
  // (CLOCK).
  void put(KnownCredential credential);
  void erase(std::string_view text) noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

 private:
  struct Entry {
    KnownCredential credential;
    std::uint64_t hash = 0;
    bool taken = false;
    bool used = false;
  };
  static constexpr std::uint32_t kEmpty = 0;  // in slots_: position in entries_, and one

  [[nodiscard]] std::uint64_t hash_of(std::string_view text) const noexcept;
  [[nodiscard]] std::size_t slot_of(std::string_view text, std::uint64_t hash) const noexcept;
  void remove(std::size_t slot) noexcept;
  void evict_one() noexcept;
  void grow();

  std::array<unsigned char, 16> key_{};
  std::size_t most_, most_bytes_;
  std::size_t size_ = 0, bytes_ = 0, hand_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> slots_;  // a power of two, at most half full; linear probing
};

}  // namespace valion::gateway
