#include "platform/resilience/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace valion::resilience {
namespace {

using namespace std::chrono_literals;
const Moment kNow{1h};

// One call with that outcome; false when it was refused.
bool call(CircuitBreaker& breaker, CallOutcome outcome, Moment now) {
  const auto permit = breaker.allow(now);
  if (permit) breaker.record(*permit, outcome, now);
  return permit.has_value();
}

void call(CircuitBreaker& breaker, CallOutcome outcome, int times, Moment now) {
  for (int i = 0; i < times; ++i) call(breaker, outcome, now);
}

CircuitBreaker opened() {
  CircuitBreaker breaker;
  call(breaker, CallOutcome::failure, 20, kNow);
  return breaker;
}

TEST(CircuitBreaker, OpensWhenHalfOfAtLeastTwentyCallsFail) {
  CircuitBreaker breaker;
  call(breaker, CallOutcome::success, 10, kNow);
  call(breaker, CallOutcome::failure, 9, kNow);
  EXPECT_EQ(breaker.state(kNow), BreakerState::closed) << "nineteen calls say too little";
  EXPECT_TRUE(call(breaker, CallOutcome::failure, kNow));
  EXPECT_EQ(breaker.state(kNow), BreakerState::open);
  EXPECT_FALSE(call(breaker, CallOutcome::success, kNow + 4'999ms));
  EXPECT_EQ(breaker.retry_after(kNow + 1s), 4s);
}

TEST(CircuitBreaker, BearsAMinorityOfFailuresForEver) {
  CircuitBreaker breaker;
  for (int second = 0; second < 100; ++second) {
    call(breaker, CallOutcome::success, 6, kNow + 1s * second);
    call(breaker, CallOutcome::failure, 5, kNow + 1s * second);
  }
  EXPECT_EQ(breaker.state(kNow + 100s), BreakerState::closed);
}

TEST(CircuitBreaker, ForgetsWhatIsTenSecondsOld) {
  CircuitBreaker breaker;
  call(breaker, CallOutcome::failure, 19, kNow);
  call(breaker, CallOutcome::failure, 1, kNow + 10s);
  EXPECT_EQ(breaker.state(kNow + 10s), BreakerState::closed);
}

TEST(CircuitBreaker, LetsThreeCallsTryAfterFiveSeconds) {
  CircuitBreaker breaker = opened();
  const Moment later = kNow + 5s;
  EXPECT_EQ(breaker.state(later), BreakerState::half_open);
  EXPECT_EQ(breaker.retry_after(later), 0s);
  const auto first = breaker.allow(later), second = breaker.allow(later), third = breaker.allow(later);
  ASSERT_TRUE(first && second && third);
  EXPECT_FALSE(breaker.allow(later)) << "three are on their way";
  EXPECT_FALSE(breaker.record(*first, CallOutcome::success, later));
  EXPECT_FALSE(breaker.record(*second, CallOutcome::success, later));
  EXPECT_TRUE(breaker.record(*third, CallOutcome::success, later));
  EXPECT_EQ(breaker.state(later), BreakerState::closed);
  call(breaker, CallOutcome::failure, 19, later);
  EXPECT_EQ(breaker.state(later), BreakerState::closed) << "the old failures are forgotten";
}

TEST(CircuitBreaker, OpensAgainWhenOneOfThemFails) {
  CircuitBreaker breaker = opened();
  const Moment later = kNow + 5s;
  const auto first = breaker.allow(later), second = breaker.allow(later);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(breaker.record(*first, CallOutcome::failure, later));
  EXPECT_EQ(breaker.state(later), BreakerState::open);
  EXPECT_FALSE(breaker.record(*second, CallOutcome::success, later)) << "it belongs to a phase that is over";
  EXPECT_EQ(breaker.state(later + 4s), BreakerState::open);
  EXPECT_EQ(breaker.state(later + 5s), BreakerState::half_open);
}

TEST(CircuitBreaker, GivesATrialBackThatSaidNothing) {
  CircuitBreaker breaker = opened();
  const Moment later = kNow + 5s;
  call(breaker, CallOutcome::unknown, 10, later);
  EXPECT_TRUE(breaker.allow(later));
  EXPECT_EQ(breaker.state(later), BreakerState::half_open);
}

TEST(CircuitBreaker, IgnoresWhatCallsOfAnEarlierPhaseSay) {
  CircuitBreaker breaker;
  const auto early = breaker.allow(kNow);
  call(breaker, CallOutcome::failure, 20, kNow);
  call(breaker, CallOutcome::success, 3, kNow + 5s);
  ASSERT_EQ(breaker.state(kNow + 5s), BreakerState::closed);
  ASSERT_TRUE(early);
  call(breaker, CallOutcome::failure, 19, kNow + 5s);
  EXPECT_FALSE(breaker.record(*early, CallOutcome::failure, kNow + 5s));
  EXPECT_EQ(breaker.state(kNow + 5s), BreakerState::closed);
}

TEST(CircuitBreaker, HasNamesForItsStates) {
  EXPECT_EQ(name_of(BreakerState::closed), "closed");
  EXPECT_EQ(name_of(BreakerState::half_open), "half-open");
  EXPECT_EQ(name_of(BreakerState::open), "open");
}

}  // namespace
}  // namespace valion::resilience
