// JSON Web Keys (RFC 7517, RFC 8037): reading another issuer's set, writing ours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/auth/public_key.hpp"

namespace valion::auth {

inline constexpr std::size_t kMostKeysOfASet = 64;

struct NamedKey {
  std::string key_id;
  PublicKey key;
};

struct KeySet {
  std::vector<NamedKey> keys;
  std::vector<std::string> refused;  // one line for each key that is not used: its kid and why
};

// Keys for other purposes or of other kinds are refused one by one (a set may hold keys for encryption): without `kid`,
// with one that stands twice, symmetric (`oct`), `use` other than sig, `key_ops` without verify, an `alg` that is not
// the key's, private members, and what PublicKey refuses. malformed when the text is no set at all, or has more than 64
// keys.
[[nodiscard]] Result<KeySet> parse_key_set(std::string_view json);

struct PublishedKey {
  std::string key_id;
  std::string point;  // of Ed25519, 32 bytes
};
[[nodiscard]] std::string to_key_set(const std::vector<PublishedKey>& keys);

// RFC 7638, of an Ed25519 key: what we name our keys by.
[[nodiscard]] std::string thumbprint(std::string_view point);

}  // namespace valion::auth
