// Stops calling a service that fails, and lets a few calls try whether it is well again.
//
//   closed     calls pass. At least 20 calls ended within the last 10 s (slices of one second), half of them or more as
//              failures > open
//   open       calls are refused at once; after 5 s > half-open
//   half-open  three calls may try. All three succeed > closed, with a clean record; one fails > open again
//
// A failure is what the caller says; by our rule 5xx, no connection, no answer, never 4xx. One per called service; not
// thread-safe. Every permit must come back, by record().
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "platform/resilience/moment.hpp"

namespace valion::resilience {

struct BreakerSettings {
  double least_calls = 20;
  double failure_share = 0.5;
  std::chrono::milliseconds open_for{5'000};
  int trials = 3;
};

enum class BreakerState { closed = 0, half_open = 1, open = 2 };
[[nodiscard]] std::string_view name_of(BreakerState state) noexcept;

enum class CallOutcome { success, failure, unknown };  // unknown: cancelled, or the caller's own fault

class CircuitBreaker {
 public:
  // Belongs to one phase: what a call of an earlier phase says comes too late to matter.
  struct Permit {
    std::uint64_t phase = 0;
  };

  explicit CircuitBreaker(BreakerSettings settings = {}) : settings_(settings) {}
  // Nothing: refused.
  [[nodiscard]] std::optional<Permit> allow(Moment now);
  // True: the state changed by it.
  bool record(Permit permit, CallOutcome outcome, Moment now);

  [[nodiscard]] BreakerState state(Moment now) const;
  // Until a call may be tried; 0 unless open.
  [[nodiscard]] std::chrono::milliseconds retry_after(Moment now) const;

 private:
  static constexpr std::size_t kSlices = 10;
  struct Slice {
    std::int64_t second = 0;
    double calls = 0, failures = 0;
  };
  bool record_closed(CallOutcome outcome, Moment now);
  bool record_trial(CallOutcome outcome, Moment now);
  void enter(BreakerState state, Moment now);

  BreakerSettings settings_;
  BreakerState state_ = BreakerState::closed;
  std::uint64_t phase_ = 0;
  Moment opened_{};
  int trials_out_ = 0;   // half-open: permits given and not refunded
  int trials_good_ = 0;  // half-open: of those, ended well
  std::array<Slice, kSlices> slices_{};
};

}  // namespace valion::resilience
