#include "app/orchestrator/restart_policy.hpp"

#include <gtest/gtest.h>

namespace valion::app {
namespace {

using namespace std::chrono_literals;

constexpr RestartPolicy::Time kNoon{};

RestartRules rules_of(int ends, std::chrono::milliseconds window) {
  RestartRules rules;
  rules.crash_loop_ends = ends;
  rules.crash_loop_window = window;
  return rules;
}

TEST(RestartPolicy, DoublesThePauseUpToTheLongest) {
  RestartPolicy policy(rules_of(100, 1h));
  for (const auto pause : {200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms, 10000ms, 10000ms}) {
    EXPECT_EQ(policy.ended(kNoon, kNoon + 1s), pause);
  }
}

TEST(RestartPolicy, BeginsAnewAfterALongLife) {
  RestartPolicy policy(rules_of(100, 1h));
  EXPECT_EQ(policy.ended(kNoon, kNoon + 1s), 200ms);
  EXPECT_EQ(policy.ended(kNoon, kNoon + 29s), 400ms);
  EXPECT_EQ(policy.ended(kNoon, kNoon + 30s), 200ms);
}

TEST(RestartPolicy, StopsTryingInACrashLoop) {
  RestartPolicy policy(rules_of(3, 60s));
  EXPECT_TRUE(policy.ended(kNoon, kNoon));
  EXPECT_TRUE(policy.ended(kNoon, kNoon + 30s));
  EXPECT_FALSE(policy.ended(kNoon, kNoon + 59s));
}

TEST(RestartPolicy, ForgetsEndsThatLieOutsideTheWindow) {
  RestartPolicy policy(rules_of(3, 60s));
  EXPECT_TRUE(policy.ended(kNoon, kNoon));
  EXPECT_TRUE(policy.ended(kNoon, kNoon + 30s));
  EXPECT_TRUE(policy.ended(kNoon, kNoon + 60s)) << "the first lies a whole window back";
  EXPECT_FALSE(policy.ended(kNoon, kNoon + 61s));
}

TEST(RestartPolicy, StartsAfreshWhenForgiven) {
  RestartPolicy policy(rules_of(2, 60s));
  EXPECT_EQ(policy.ended(kNoon, kNoon), 200ms);
  EXPECT_FALSE(policy.ended(kNoon, kNoon + 1s));
  policy.forgive();
  EXPECT_EQ(policy.ended(kNoon, kNoon + 2s), 200ms);
}

}  // namespace
}  // namespace valion::app
