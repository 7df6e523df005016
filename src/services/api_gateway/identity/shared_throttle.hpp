// Slows down the guessing of passwords, over all gateways of a database: failures of one user from one address, of one user from
// anywhere, and of one address with whatever names.
//
// Every attempt counts as a failure until succeeded(): so attempts that run side by side cannot slip through together. Kept are
// hashes of names and addresses, for as long as their window. What a stranger can do with it: keep a user from signing in for ten
// minutes by twenty wrong passwords. Sessions that are open go on; the limit is that high so that it takes intent.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "platform/sql/database.hpp"
#include "services/api_gateway/identity/failure_throttle.hpp"

namespace valion::gateway {

struct SharedThrottleSettings {
  ThrottleSettings user_from_address{5, std::chrono::seconds(60)};
  ThrottleSettings user{20, std::chrono::seconds(600)};
  ThrottleSettings address{60, std::chrono::seconds(60)};
};

// On one event loop.
class SharedThrottle {
 public:
  using Time = std::chrono::system_clock::time_point;
  // Migrates; throws when the database cannot be used.
  explicit SharedThrottle(sql::Database& database, SharedThrottleSettings settings = {});

  // Zero: go ahead. Otherwise the time to wait. A flood from one address is refused without asking the database.
  Async<Result<std::chrono::seconds>> attempt(std::string user, std::string address, Time now);
  Async<Result<void>> succeeded(std::string user, std::string address);

 private:
  sql::Database& database_;
  SharedThrottleSettings settings_;
  FailureThrottle here_;
};

// Whom an address stands for: an IPv6 address its /64, of which one customer has all.
[[nodiscard]] std::string throttled_address(std::string_view address);

}  // namespace valion::gateway
