// The keys that sign clients' tokens (Ed25519), changed while the system runs: next > active > retired > gone.
//
// `next` is published before it signs, so that whoever holds our JWKS knows it already; `retired` is published until
// the last token it signed has expired. The ring lies in the gateway's database, so that gateways that share one find
// each other's keys whether or not they share a disk; the private parts are sealed (XChaCha20-Poly1305) under the key
// file in VALION_HOME/secrets, so that who reads only the database (or its backup) cannot sign. A row that does not
// unseal is no key of ours: who can write only to the database cannot add one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/auth/access_token.hpp"
#include "platform/auth/token.hpp"
#include "platform/sql/database.hpp"

namespace valion::gateway {

struct KeyRingSettings {
  std::chrono::seconds token_lifetime{3'600};  // the longest: a retired key stays so long, and a minute
  std::chrono::seconds published{300};  // a key must have been in the JWKS so long before it signs; also its max-age
  std::chrono::hours rotate_after{0};   // the active key's age at which refresh() rotates by itself; 0: never
};

struct RingKey {
  enum class State { next, active, retired };
  std::string id;  // `kid`: the JWK thumbprint (RFC 7638)
  State state = State::next;
  std::int64_t created_at = 0;  // seconds since 1970
  std::int64_t changed_at = 0;  // when it came into this state
  std::int64_t leaves_at = 0;   // of a retired one
};
[[nodiscard]] std::string_view name_of(RingKey::State state) noexcept;

// On one event loop.
class KeyRing {
 public:
  using Time = std::chrono::system_clock::time_point;
  // `sealing_key` must outlive the ring. Migrates; throws when the database cannot be used.
  KeyRing(sql::Database& database, const auth::SigningKey& sealing_key, KeyRingSettings settings = {});
  ~KeyRing();

  // Reads the ring; makes the first keys, and new ones when none unseals (another sealing key). Call it before anything
  // else.
  Async<Result<void>> refresh(Time now);

  // next > active > retired, and a new next. conflict when the next key has not been published long enough.
  // `withdraw`: for a key that leaked; all keys go at once, with every token they signed.
  Async<Result<void>> rotate(Time now, bool withdraw = false);

  [[nodiscard]] std::string sign(const auth::AccessClaims& claims) const;
  // Null when there is no such key (any more).
  [[nodiscard]] const auth::PublicKey* find(std::string_view key_id, Time now) const;
  [[nodiscard]] std::vector<RingKey> keys() const;         // next, active, retired
  [[nodiscard]] const std::string& jwks() const noexcept;  // RFC 7517, of all
  [[nodiscard]] const KeyRingSettings& settings() const noexcept;
  // Grows when a key has gone.
  [[nodiscard]] std::uint64_t generation() const noexcept;

 private:
  struct Content;
  sql::Database& database_;
  const auth::SigningKey& sealing_key_;
  KeyRingSettings settings_;
  std::unique_ptr<Content> content_;
};

}  // namespace valion::gateway
