#include "services/api_gateway/limits/concurrency_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <random>

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;

TEST(ConcurrencyLimit, ShedsWhatIsOverTheLimitAtOnce) {
  ConcurrencyLimit limit({.first = 3, .least = 1, .most = 10});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.try_enter());
  EXPECT_FALSE(limit.try_enter());
  EXPECT_EQ(limit.shed(), 1u);
  EXPECT_EQ(limit.under_way(), 3);
  limit.leave(1ms, true, Moment{1h});
  EXPECT_TRUE(limit.try_enter());
}

TEST(ConcurrencyLimit, NeverShedsWhatIsVital) {
  ConcurrencyLimit limit({.first = 1, .least = 1, .most = 1});
  EXPECT_TRUE(limit.try_enter());
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(limit.try_enter(Importance::vital));
  EXPECT_FALSE(limit.try_enter());
  EXPECT_EQ(limit.under_way(), 101);
}

TEST(ConcurrencyLimit, ForgetsWhoWentAway) {
  ConcurrencyLimit limit({.first = 1, .least = 1, .most = 1});
  EXPECT_TRUE(limit.try_enter());
  limit.abandon();
  EXPECT_EQ(limit.under_way(), 0);
  EXPECT_TRUE(limit.try_enter());
}

// A service that does `workers` things at once, 10 ms each, and queues the rest; clients ask for more whenever they
// may.
struct Simulation {
  ConcurrencyLimit limit;
  int workers;
  double least_seen = 1e9, most_seen = 0;
  Span slowest{0};

  void run(int clients, std::chrono::seconds time, Moment start, Span work = 10ms) {
    using Ending = std::pair<Moment, Moment>;  // end, begin
    std::priority_queue<Ending, std::vector<Ending>, std::greater<>> ending;
    std::vector<Moment> free_at(static_cast<std::size_t>(workers), start);
    for (Moment now = start; now < start + time; now += 1ms) {
      while (!ending.empty() && ending.top().first <= now) {
        limit.leave(ending.top().first - ending.top().second, true, now);
        ending.pop();
      }
      while (limit.under_way() < clients && limit.try_enter()) {
        Moment& worker = *std::min_element(free_at.begin(), free_at.end());
        worker = std::max(worker, now) + work;
        ending.emplace(worker, now);
        if (now > start + time / 2) slowest = std::max(slowest, worker - now);
      }
      if (now > start + time / 2) {
        least_seen = std::min<double>(least_seen, limit.limit());
        most_seen = std::max<double>(most_seen, limit.limit());
      }
    }
    while (!ending.empty()) {
      limit.abandon();
      ending.pop();
    }
  }
};

TEST(ConcurrencyLimit, FindsWhatAServiceCanDoAtOnce) {
  Simulation simulation{ConcurrencyLimit({.first = 20, .least = 5, .most = 2'000}), 40};
  simulation.run(10'000, 60s, Moment{1h});
  EXPECT_GE(simulation.least_seen, 40) << "the service is kept busy";
  EXPECT_LE(simulation.most_seen, 160) << "and not drowned";
  EXPECT_LE(simulation.slowest, 50ms);
}

TEST(ConcurrencyLimit, ShrinksWhenTheServiceSlowsDownAndGrowsAgain) {
  Simulation simulation{ConcurrencyLimit({.first = 20, .least = 5, .most = 2'000}), 40};
  simulation.run(10'000, 30s, Moment{1h});
  const int before = simulation.limit.limit();
  simulation.run(10'000, 3s, Moment{2h}, 100ms);
  EXPECT_LT(simulation.limit.limit(), before / 2);
  simulation.run(10'000, 60s, Moment{3h});
  EXPECT_GT(simulation.limit.limit(), before / 2);
}

TEST(ConcurrencyLimit, LearnsNothingFromQuietHours) {
  Simulation simulation{ConcurrencyLimit({.first = 100, .least = 5, .most = 2'000}), 40};
  simulation.run(10, 60s, Moment{1h});
  EXPECT_EQ(simulation.limit.limit(), 100);
}

TEST(ConcurrencyLimit, ShrinksByATenthForAWindowOfFailuresAndStopsAtTheLeast) {
  ConcurrencyLimit limit({.first = 100, .least = 50, .most = 200});
  Moment now{1h};
  const auto window = [&](int good, int bad) {
    for (int i = 0; i < good + bad; ++i) {
      now += 10ms;
      (void)limit.try_enter();
      limit.leave(1ms, i < good, now);
    }
  };
  window(0, 20);
  EXPECT_EQ(limit.limit(), 90);
  for (int i = 0; i < 20; ++i) window(0, 20);
  EXPECT_EQ(limit.limit(), 50);
  window(19, 1);
  EXPECT_EQ(limit.limit(), 50) << "one lost request is no overload";
}

TEST(ConcurrencyLimit, StaysBelowTheCeiling) {
  Simulation simulation{ConcurrencyLimit({.first = 20, .least = 5, .most = 30}), 1'000};
  simulation.run(10'000, 20s, Moment{1h});
  EXPECT_EQ(simulation.limit.limit(), 30);
}

}  // namespace
}  // namespace valion::gateway::limits
