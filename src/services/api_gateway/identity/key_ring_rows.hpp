// The rows of a key ring, as they lie in the database.
#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>
#include <vector>

#include "platform/auth/ed25519_key.hpp"
#include "platform/auth/token.hpp"
#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/key_ring.hpp"

namespace valion::gateway {

struct RingRow {
  RingKey key;
  std::string point;   // the public key, 32 bytes
  std::string sealed;  // the seed, empty once retired; bound to the key's id
};

[[nodiscard]] const std::vector<sql::Migration>& key_ring_migrations();

// All rows that unseal under `sealing_key`, the oldest first: others are not ours.
[[nodiscard]] std::vector<RingRow> read_ring(soci::session& session, const auth::SigningKey& sealing_key);
// The seed; empty for a retired key, nothing when it is not ours.
[[nodiscard]] std::optional<std::string> unseal_seed(const auth::SigningKey& sealing_key, const RingRow& row);

// Adds a fresh key.
void add_ring_key(soci::session& session, const auth::SigningKey& sealing_key, RingKey::State state, std::int64_t now);
// Retiring takes the seed away for ever.
void retire_ring_key(soci::session& session, const auth::SigningKey& sealing_key, const RingRow& row, std::int64_t now,
                     std::int64_t leaves_at);
void activate_ring_key(soci::session& session, const RingRow& row, std::int64_t now);
void remove_ring_key(soci::session& session, const std::string& id);

}  // namespace valion::gateway
