#include "platform/resilience/retry_budget.hpp"

#include <gtest/gtest.h>

namespace valion::resilience {
namespace {

using namespace std::chrono_literals;
const Moment kNow{1h};

int taken(RetryBudget& budget, Moment now, int wanted = 1000) {
  int got = 0;
  while (got < wanted && budget.take(now)) ++got;
  return got;
}

void call(RetryBudget& budget, int times, Moment now) {
  for (int i = 0; i < times; ++i) budget.on_call(now);
}

TEST(RetryBudget, AllowsAFifthOfTheCalls) {
  RetryBudget budget;
  call(budget, 100, kNow);
  EXPECT_EQ(taken(budget, kNow), 20);
}

TEST(RetryBudget, AllowsThreeHoweverFewCallsThereAre) {
  RetryBudget budget;
  budget.on_call(kNow);
  EXPECT_EQ(taken(budget, kNow), 3);
}

TEST(RetryBudget, CountsOverTenSeconds) {
  RetryBudget budget;
  call(budget, 100, kNow);
  EXPECT_EQ(taken(budget, kNow + 9s), 20) << "the calls of nine seconds ago still count";
  EXPECT_EQ(taken(budget, kNow + 10s), 0) << "they are forgotten, the retries are not";
  EXPECT_EQ(taken(budget, kNow + 19s), 3);
}

TEST(RetryBudget, ForgetsEverythingAfterALongSilence) {
  RetryBudget budget;
  call(budget, 1000, kNow);
  EXPECT_EQ(taken(budget, kNow, 150), 150);
  EXPECT_EQ(taken(budget, kNow + 1h), 3);
}

TEST(RetryBudget, HoldsUnderASteadyStormOfFailures) {
  RetryBudget budget;
  int retries = 0;
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 50; ++i) {
      budget.on_call(kNow + 1s * second);
      retries += budget.take(kNow + 1s * second) ? 1 : 0;
    }
  }
  EXPECT_LE(retries, 60 * 50 / 5 + 3);
  EXPECT_GE(retries, 60 * 50 / 5 - 100);
}

}  // namespace
}  // namespace valion::resilience
