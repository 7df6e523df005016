// How many calls may be sent again, so that retries never become the load that keeps a service down.
//
// Within any window of ten seconds (counted in slices of one second): at most 20 % of the calls begun in it, or 3 where that
// is more, so that a service which is called seldom can be retried at all. One per called service; not thread-safe.
#pragma once

#include <array>
#include <cstdint>

#include "platform/resilience/moment.hpp"

namespace valion::resilience {

struct RetryBudgetSettings {
  double share = 0.20;
  double floor = 3;  // retries in a window
};

class RetryBudget {
 public:
  explicit RetryBudget(RetryBudgetSettings settings = {}) : settings_(settings) {}
  void on_call(Moment now);
  // Takes one retry out of the budget; false when there is none left.
  [[nodiscard]] bool take(Moment now);

 private:
  static constexpr std::size_t kSlices = 10;
  struct Slice {
    std::int64_t second = 0;
    double calls = 0, retries = 0;
  };
  Slice& slice_of(Moment now);

  RetryBudgetSettings settings_;
  std::array<Slice, kSlices> slices_{};
};

}  // namespace valion::resilience
