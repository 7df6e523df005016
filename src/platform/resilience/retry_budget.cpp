#include "platform/resilience/retry_budget.hpp"

#include <algorithm>

namespace valion::resilience {
namespace {

std::int64_t second_of(Moment now) { return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count(); }

}  // namespace

RetryBudget::Slice& RetryBudget::slice_of(Moment now) {
  const std::int64_t second = second_of(now);
  Slice& slice = slices_[static_cast<std::size_t>(second) % kSlices];
  if (slice.second != second) slice = Slice{second, 0, 0};
  return slice;
}

void RetryBudget::on_call(Moment now) { ++slice_of(now).calls; }

bool RetryBudget::take(Moment now) {
  Slice& current = slice_of(now);
  double calls = 0, retries = 0;
  for (const Slice& slice : slices_) {
    if (slice.second <= current.second - static_cast<std::int64_t>(kSlices)) continue;
    calls += slice.calls;
    retries += slice.retries;
  }
  if (retries + 1 > std::max(settings_.share * calls, settings_.floor)) return false;
  ++current.retries;
  return true;
}

}  // namespace valion::resilience
