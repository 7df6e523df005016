// Slows down guessing: after a few failures for one user from one address, further attempts are refused for a while.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace valion::gateway {

struct ThrottleSettings {
  int failures = 5;  // allowed within `window`
  std::chrono::seconds window{60};
  std::size_t remembered = 10'000;  // keys at most; then the oldest are forgotten
};

// Not thread-safe. Time is given by the caller.
class FailureThrottle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit FailureThrottle(ThrottleSettings settings = {}) : settings_(settings) {}

  // Every attempt counts as a failure until succeeded(): so attempts that run side by side cannot slip through together.
  // Zero: go ahead. Otherwise the time to wait.
  [[nodiscard]] std::chrono::seconds attempt(const std::string& key, Time now);
  void succeeded(const std::string& key);

 private:
  struct Record {
    Time since;
    int failures = 0;
  };
  void forget_old(Time now);

  ThrottleSettings settings_;
  std::map<std::string, Record> records_;
};

}  // namespace valion::gateway
