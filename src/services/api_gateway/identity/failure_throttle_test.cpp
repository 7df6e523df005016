// How guessing is slowed down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/api_gateway/identity/failure_throttle.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;

TEST(FailureThrottle, RefusesTheSixthAttemptWithinAMinute) {
  FailureThrottle throttle;
  const FailureThrottle::Time noon{};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(throttle.attempt("ana", noon + 1s * i), 0s);
  EXPECT_EQ(throttle.attempt("ana", noon + 10s), 50s);
  EXPECT_EQ(throttle.attempt("eva", noon + 10s), 0s) << "others are not concerned";
  EXPECT_EQ(throttle.attempt("ana", noon + 60s), 0s) << "the minute is over";
}

TEST(FailureThrottle, ForgivesAfterASuccess) {
  FailureThrottle throttle;
  const FailureThrottle::Time noon{};
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_EQ(throttle.attempt("ana", noon), 0s);
    throttle.succeeded("ana");
  }
}

TEST(FailureThrottle, RemembersABoundedNumberOfNames) {
  FailureThrottle throttle({1, 60s, 100});
  const FailureThrottle::Time noon{};
  for (int name = 0; name < 1000; ++name) EXPECT_EQ(throttle.attempt(std::to_string(name), noon + 1ms * name), 0s);
  EXPECT_GT(throttle.attempt("999", noon + 2s), 0s) << "the newest are kept";
  EXPECT_EQ(throttle.attempt("0", noon + 2s), 0s) << "the oldest are forgotten";
}

}  // namespace
}  // namespace valion::gateway
