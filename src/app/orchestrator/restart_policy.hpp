// When a process that ended is started again, and when nobody tries any more. A value without a clock: times are given.
#pragma once

#include <chrono>
#include <deque>
#include <optional>

namespace valion::app {

// The pause doubles from `first_pause` to `longest_pause`, and begins anew after a life of `well_after`. `crash_loop_ends` ends
// within `crash_loop_window` are a crash loop (systemd's StartLimitBurst and StartLimitIntervalSec): trying stops.
struct RestartRules {
  std::chrono::milliseconds first_pause{200};
  std::chrono::milliseconds longest_pause{10'000};
  std::chrono::milliseconds well_after{30'000};
  int crash_loop_ends = 5;
  std::chrono::milliseconds crash_loop_window{60'000};
};

class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;
  explicit RestartPolicy(RestartRules rules) : rules_(rules), pause_(rules.first_pause) {}

  // A process that started at `started` ended at `now`, unasked: the pause before its next start; nothing in a crash loop.
  [[nodiscard]] std::optional<std::chrono::milliseconds> ended(Time started, Time now);
  // Somebody mended it and wants it tried again: as if nothing had happened.
  void forgive();
  [[nodiscard]] const RestartRules& rules() const noexcept { return rules_; }

 private:
  RestartRules rules_;
  std::chrono::milliseconds pause_;
  std::deque<Time> ends_;  // within the window
};

}  // namespace valion::app
