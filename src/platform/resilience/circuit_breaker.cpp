#include "platform/resilience/circuit_breaker.hpp"

#include <algorithm>

namespace valion::resilience {

std::string_view name_of(BreakerState state) noexcept {
  switch (state) {
    case BreakerState::closed: return "closed";
    case BreakerState::half_open: return "half-open";
    case BreakerState::open: return "open";
  }
  return "closed";
}

std::optional<CircuitBreaker::Permit> CircuitBreaker::allow(Moment now) {
  if (state(now) != state_) enter(BreakerState::half_open, now);
  if (state_ == BreakerState::open) return std::nullopt;
  if (state_ == BreakerState::half_open) {
    if (trials_out_ >= settings_.trials) return std::nullopt;
    ++trials_out_;
  }
  return Permit{phase_};
}

bool CircuitBreaker::record(Permit permit, CallOutcome outcome, Moment now) {
  if (permit.phase != phase_) return false;
  return state_ == BreakerState::closed ? record_closed(outcome, now) : record_trial(outcome, now);
}

bool CircuitBreaker::record_closed(CallOutcome outcome, Moment now) {
  if (outcome == CallOutcome::unknown) return false;
  const std::int64_t second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  Slice& current = slices_[static_cast<std::size_t>(second) % kSlices];
  if (current.second != second) current = Slice{second, 0, 0};
  ++current.calls;
  if (outcome == CallOutcome::success) return false;
  ++current.failures;
  double calls = 0, failures = 0;
  for (const Slice& slice : slices_) {
    if (slice.second <= second - static_cast<std::int64_t>(kSlices)) continue;
    calls += slice.calls;
    failures += slice.failures;
  }
  if (calls < settings_.least_calls || failures < settings_.failure_share * calls) return false;
  enter(BreakerState::open, now);
  return true;
}

bool CircuitBreaker::record_trial(CallOutcome outcome, Moment now) {
  if (outcome == CallOutcome::unknown) {
    --trials_out_;
    return false;
  }
  if (outcome == CallOutcome::failure) {
    enter(BreakerState::open, now);
    return true;
  }
  if (++trials_good_ < settings_.trials) return false;
  enter(BreakerState::closed, now);
  return true;
}

void CircuitBreaker::enter(BreakerState state, Moment now) {
  state_ = state;
  ++phase_;
  trials_out_ = trials_good_ = 0;
  if (state == BreakerState::open) opened_ = now;
  if (state == BreakerState::closed) slices_.fill(Slice{});
}

BreakerState CircuitBreaker::state(Moment now) const {
  const bool rested = state_ == BreakerState::open && now - opened_ >= settings_.open_for;
  return rested ? BreakerState::half_open : state_;
}

std::chrono::milliseconds CircuitBreaker::retry_after(Moment now) const {
  if (state(now) != BreakerState::open) return std::chrono::milliseconds(0);
  return std::chrono::ceil<std::chrono::milliseconds>(opened_ + settings_.open_for - now);
}

}  // namespace valion::resilience
