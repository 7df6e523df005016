// Makes the access tokens of users that signed in here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/identity.hpp"
#include "services/api_gateway/identity/key_ring.hpp"

namespace valion::gateway {

class AccessTokens {
 public:
  using Time = std::chrono::system_clock::time_point;
  // `ring` must outlive it. `issuer` as in AuthenticatorSettings.
  AccessTokens(const KeyRing& ring, std::chrono::seconds lifetime, std::string issuer = "valion")
      : ring_(ring), lifetime_(lifetime), issuer_(std::move(issuer)) {}

  struct Issued {
    std::string text;
    std::string token_id;         // jti
    std::int64_t issued_at = 0;   // seconds since 1970, what Withdrawals are asked about
    std::int64_t expires_at = 0;  // seconds since 1970
  };
  // `session`: whose refreshes make it (`sid`); empty: none. `lifetime` shorter than the usual one, when given.
  [[nodiscard]] Issued issue(const Principal& principal, const std::string& session, Time now,
                             std::optional<std::chrono::seconds> lifetime = std::nullopt) const;
  [[nodiscard]] std::chrono::seconds lifetime() const noexcept { return lifetime_; }

 private:
  const KeyRing& ring_;
  std::chrono::seconds lifetime_;
  std::string issuer_;
};

}  // namespace valion::gateway
