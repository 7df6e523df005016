// Who sends a request, as every later step of the gateway sees it: limits, cache, edge, the log.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/identity.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway {

enum class CallerKind {
  user,      // signed in here
  service,   // a user with the role service: programs of the house, with limits of their own
  api_key,   // a program with a key
  external,  // signed in at an issuer that the operator trusts
};
[[nodiscard]] std::string_view name_of(CallerKind kind) noexcept;

struct Caller {
  Principal principal;
  CallerKind kind = CallerKind::user;
  std::string subject;  // whom limits count: `user:TENANT/NAME`, `key:ID`; unique, stays the same between tokens
  std::vector<std::string> scopes;  // of an API key (scope.hpp); empty: whatever the roles allow
  std::optional<RateLimit> limit;   // the key's own, instead of the routes' limits
  std::string session;              // whose refreshes made the token; empty: none
  std::string token_id;             // of a token: jti; of an API key: its id
  std::int64_t issued_at = 0;       // seconds since 1970
  std::int64_t expires_at = 0;      // seconds since 1970; 0: never (a key without an end)

  // Kept by Authenticator::internal_authorization() between calls.
  struct Passport {
    std::string authorization;
    std::int64_t fresh_until = 0;
  };
  mutable Passport passport;
};

// Shared, so that a relay may keep its caller while the cache lets go of him.
using CallerPtr = std::shared_ptr<const Caller>;

}  // namespace valion::gateway
