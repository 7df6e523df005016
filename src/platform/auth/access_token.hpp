// Access tokens of clients: JSON Web Tokens (RFC 7519) of the access token profile (RFC 9068), signed with EdDSA by us,
// and with EdDSA, RS256 or ES256 by issuers we trust. Nothing else is read: see public_key.hpp.
//
//   parse_token()          form only: nothing of it is to be believed, `key_id` and `issuer` say who could vouch for it
//   is_signed_by()         the signature, by a key of our choosing
//   read_access_claims()   our own claims: type, issuer, audience, times
//
// Every refusal is `unauthenticated` with the same words: which check failed is nothing the sender should learn. Only a
// genuine token whose time is over is `expired`.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/identity.hpp"
#include "base/result.hpp"
#include "platform/auth/ed25519_key.hpp"
#include "platform/auth/public_key.hpp"

namespace valion::auth {

inline constexpr std::size_t kTokenLimit = 8 * 1024;  // bytes
inline constexpr std::string_view kAccessTokenType = "at+jwt";

struct AccessClaims {
  std::string issuer;
  std::string audience;
  Principal principal;                                         // sub, tenant, roles
  std::string session;                                         // sid; empty: none
  std::string token_id;                                        // jti
  std::int64_t issued_at = 0, not_before = 0, expires_at = 0;  // seconds since 1970
};

[[nodiscard]] std::string sign_access_token(const Ed25519Key& key, std::string_view key_id, const AccessClaims& claims);

struct ParsedToken {
  Algorithm algorithm = Algorithm::eddsa;
  std::string key_id;  // may be empty
  std::string type;    // lower case, without `application/`; may be empty
  std::string issuer;  // may be empty
  std::string payload;
  std::string signature;
  std::string_view signed_text;  // within the token
};
// Refused: over kTokenLimit, not three parts, base64url that is not exact, not JSON objects, members that stand twice,
// an algorithm outside the allow-list, any `crit`, `b64`.
[[nodiscard]] Result<ParsedToken> parse_token(std::string_view token);

// Also the algorithms must be the same: a token never chooses.
[[nodiscard]] bool is_signed_by(const PublicKey& key, const ParsedToken& token) noexcept;

struct Expected {
  std::string_view issuer;
  std::string_view audience;
  std::chrono::seconds leeway{5};
  std::chrono::seconds longest{7 * 24 * 3'600};  // from nbf to exp
};
// After is_signed_by().
[[nodiscard]] Result<AccessClaims> read_access_claims(const ParsedToken& token, const Expected& expected,
                                                      std::chrono::system_clock::time_point now);

// The refusal.
[[nodiscard]] tl::unexpected<Error> not_a_token();

}  // namespace valion::auth
