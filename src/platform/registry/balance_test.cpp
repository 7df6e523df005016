#include "platform/registry/balance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace valion::registry {
namespace {

using namespace std::chrono_literals;

const SteadyTime kNow = SteadyTime{} + 1h;

// The order in which weights are served, as letters.
std::string served(const std::vector<double>& weights, int times) {
  std::vector<Load> loads(weights.size());
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < weights.size(); ++i) candidates.push_back({&loads[i], weights[i]});
  std::string order;
  for (int i = 0; i < times; ++i) order.push_back(static_cast<char>('a' + next_in_turn(candidates)));
  return order;
}

TEST(RoundRobin, ServesEqualsInTurn) { EXPECT_EQ(served({1, 1, 1}, 7), "abcabca"); }

TEST(RoundRobin, SpreadsTheHeavyOne) {
  // The example of nginx' commit 52327e0627f4 (smooth weighted balancing).
  EXPECT_EQ(served({5, 1, 1}, 7), "aabacaa");
  EXPECT_EQ(served({1}, 3), "aaa");
}

TEST(SlowStart, GrowsFromATenthToTheWhole) {
  EXPECT_DOUBLE_EQ(slow_start_share(0ms, 10s), 0.1);
  EXPECT_DOUBLE_EQ(slow_start_share(500ms, 10s), 0.1);
  EXPECT_DOUBLE_EQ(slow_start_share(5s, 10s), 0.5);
  EXPECT_DOUBLE_EQ(slow_start_share(10s, 10s), 1);
  EXPECT_DOUBLE_EQ(slow_start_share(0ms, 0ms), 1);
}

class LeastLatency : public ::testing::Test {
 protected:
  Load& load(std::size_t i) { return loads_[i]; }
  void measured(std::size_t i, Latency latency, bool ok = true) {
    begin_call(load(i));
    end_call(load(i), latency, ok, kNow);
  }
  // How often each of the first `count` is chosen in a thousand draws.
  std::vector<int> chosen(std::size_t count, SteadyTime now = kNow) {
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < count; ++i) candidates.push_back({&loads_[i], weights_[i]});
    std::mt19937_64 random(7);
    std::vector<int> times(count);
    for (int i = 0; i < 1'000; ++i) ++times[least_loaded(candidates, random(), now)];
    return times;
  }

  std::vector<Load> loads_{4};
  std::vector<double> weights_{1, 1, 1, 1};
};

TEST_F(LeastLatency, TakesTheQuickerOfTwo) {
  measured(0, 20ms);
  measured(1, 5ms);
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(0, 1'000));
}

TEST_F(LeastLatency, NeverTakesTheSlowestOfMany) {
  for (std::size_t i = 0; i < 4; ++i) measured(i, Latency(10.0 * (static_cast<double>(i) + 1)));
  const auto times = chosen(4);
  EXPECT_EQ(times[3], 0);
  EXPECT_GT(times[0], times[1]);
  EXPECT_GT(times[1], times[2]);
}

TEST_F(LeastLatency, CountsCallsInFlight) {
  measured(0, 10ms);
  measured(1, 15ms);
  begin_call(load(0));  // 10 × 2 > 15 × 1
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(0, 1'000));
}

TEST_F(LeastLatency, CountsTheWeight) {
  measured(0, 10ms);
  measured(1, 15ms);
  weights_ = {1, 2, 1, 1};
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(0, 1'000));
}

TEST_F(LeastLatency, RisesToAPeakAtOnceAndForgetsItSlowly) {
  measured(0, 10ms);
  measured(0, 200ms);
  EXPECT_DOUBLE_EQ(load(0).latency_ms, 200);
  begin_call(load(0));
  end_call(load(0), 10ms, true, kNow + 10s);
  EXPECT_NEAR(load(0).latency_ms, 200 / 2.718281828 + 10 * (1 - 1 / 2.718281828), 1e-6);
}

TEST_F(LeastLatency, TakesAQuickFailureForASlowCall) {
  measured(0, 1ms, false);
  measured(1, 50ms);
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(0, 1'000));
  EXPECT_DOUBLE_EQ(load(0).latency_ms, 1'000);
}

TEST_F(LeastLatency, TriesTheUnmeasuredWithOneCallAtATime) {
  measured(0, 10ms);
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(0, 1'000));
  begin_call(load(1));
  EXPECT_THAT(chosen(2), ::testing::ElementsAre(1'000, 0));
}

TEST_F(LeastLatency, NeedsNoSecond) {
  EXPECT_THAT(chosen(1), ::testing::ElementsAre(1'000));
  end_call(load(0), 5ms, true, kNow);  // an end without a beginning
  EXPECT_EQ(load(0).in_flight, 0);
}

}  // namespace
}  // namespace valion::registry
