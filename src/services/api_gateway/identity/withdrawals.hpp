// Which tokens are no longer taken although they have not expired: cut off with their user, logged out with their session.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"
#include "platform/async/async.hpp"

namespace valion::gateway {

// What decides about a token; views live as long as the call.
struct IssuedToken {
  std::string_view user;       // as in Principal::user
  std::string_view session;    // `sid`; empty: belongs to none
  std::string_view token_id;   // `jti`
  std::int64_t issued_at = 0;  // seconds since 1970
  std::string_view tenant;     // of a disabled one nobody gets in: API keys are asked about too, with this alone
};

// On one event loop. The authenticator calls refresh() every second, and asks about each token once for every generation.
class Withdrawals {
 public:
  Withdrawals() = default;
  virtual ~Withdrawals() = default;
  Withdrawals(const Withdrawals&) = delete;
  Withdrawals& operator=(const Withdrawals&) = delete;

  // Plain and quick (a look into memory): it stands on the way of requests.
  [[nodiscard]] virtual bool is_withdrawn(const IssuedToken& token) const = 0;
  // Grows whenever is_withdrawn() may have changed its mind about any token.
  [[nodiscard]] virtual std::uint64_t generation() const noexcept = 0;
  // Reads what other gateways wrote. On failure what was known stays in force.
  virtual Async<Result<void>> refresh() = 0;
};

}  // namespace valion::gateway
