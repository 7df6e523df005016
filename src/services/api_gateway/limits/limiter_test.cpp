#include "services/api_gateway/limits/limiter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <vector>

#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "services/api_gateway/limits/live_gateways.hpp"

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;

const RateLimit kTwenty{20, 60s};
const RateLimit kSixHundred{600, 60s};
const RateLimit kFiftyThousand{50'000, 60s};

class LimiterTest : public ::testing::Test {
 protected:
  LimiterTest() { EXPECT_TRUE(loop_.run(client_.wait_connected(9s))); }

  // A gateway of `gateways` alive.
  Limiter gateway(std::size_t gateways = 2) {
    LimiterSettings settings;
    settings.gateways = [gateways] { return gateways; };
    return Limiter(loop_.executor(), client_, settings);
  }
  Decision ask(Limiter& limiter, const RateLimit& limit, const std::string& subject = "user:anna") {
    const auto decision = limiter.decide(subject, "ml", limit, Clock::now());
    return decision ? *decision : loop_.run(limiter.lease(subject, "ml", limit));
  }
  int allowed_of(int requests, Limiter& limiter, const RateLimit& limit, const std::string& subject = "user:anna") {
    int allowed = 0;
    for (int i = 0; i < requests; ++i) allowed += ask(limiter, limit, subject).allowed ? 1 : 0;
    return allowed;
  }
  void wait_for(const std::function<bool()>& holds) { loop_.run_until(holds); }
  std::int64_t redis_calls() {
    const auto info = loop_.run(client_.command({"INFO", "commandstats"}));
    const std::size_t at = info->text.find("cmdstat_evalsha:calls=");
    return at == std::string::npos ? 0 : std::stoll(info->text.substr(at + 22));
  }

  testing::PrivateRedis redis_;
  testing::TestLoop loop_;
  redis::Client client_{loop_.executor(), redis::Settings{redis_.url(), 2s}};
};

TEST_F(LimiterTest, AdmitsTheLimitAndThenRefusesWithoutRedis) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(20, limiter, kTwenty), 20);
  const Decision refused = ask(limiter, kTwenty);
  EXPECT_FALSE(refused.allowed);
  EXPECT_GT(refused.retry_after, 1s);
  EXPECT_LE(refused.retry_after, 3s);
  const std::int64_t before = redis_calls();
  EXPECT_EQ(allowed_of(1'000, limiter, kTwenty), 0);
  EXPECT_EQ(redis_calls(), before);
  EXPECT_FALSE(limiter.figures().away);
}

TEST_F(LimiterTest, DecidesMostOfALargeLimitInMemory) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(10'000, limiter, kFiftyThousand), 10'000);
  EXPECT_LT(redis_calls(), 60);
  EXPECT_GT(limiter.figures().in_memory, 9'900u);
}

TEST_F(LimiterTest, SharesOneCallAmongThoseWhoWait) {
  Limiter limiter = gateway();
  int ended = 0, allowed = 0;
  for (int i = 0; i < 50; ++i) {
    asio::co_spawn(loop_.executor(), limiter.lease("user:anna", "ml", kTwenty),
                   [&](const std::exception_ptr&, const Decision& decision) {
                     ++ended;
                     allowed += decision.allowed ? 1 : 0;
                   });
  }
  wait_for([&] { return ended == 50; });
  EXPECT_EQ(allowed, 20);
  EXPECT_LE(limiter.figures().leases, 3u);
}

TEST_F(LimiterTest, SeparatesSubjectsAndRoutes) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(30, limiter, kTwenty, "user:anna"), 20);
  EXPECT_EQ(allowed_of(30, limiter, kTwenty, "user:bert"), 20);
  EXPECT_TRUE(loop_.run(limiter.lease("user:anna", "reports", kTwenty)).allowed);
}

TEST_F(LimiterTest, ExpiresInRedisWhatIsWholeAgain) {
  Limiter limiter = gateway();
  (void)ask(limiter, kTwenty);
  const auto left = loop_.run(client_.command({"PTTL", "valion:limit:ml:user:anna"}));
  EXPECT_GT(left->integer, 0);
  EXPECT_LE(left->integer, 3'000);
}

TEST_F(LimiterTest, GivesBackWhatItDidNotUse) {
  Limiter idle = gateway(), busy = gateway();
  (void)ask(idle, kSixHundred);
  loop_.run(idle.give_back_all());
  EXPECT_EQ(idle.figures().given_back, 3u);
  EXPECT_EQ(allowed_of(599, busy, kSixHundred), 599);
}

TEST_F(LimiterTest, GivesBackByItselfWhenTheLeaseEnds) {
  Limiter idle = gateway(), busy = gateway();
  const RateLimit short_window{600, 2s};  // a lease lives for half a second
  (void)ask(idle, short_window);
  wait_for([&] { return idle.figures().given_back == 3; });
  EXPECT_GE(allowed_of(600, busy, short_window), 600);
}

// Two gateways, each with many requests under way at once.
class SharedLimitTest : public LimiterTest, public ::testing::WithParamInterface<RateLimit> {
 protected:
  Async<void> client(Limiter& limiter, RateLimit limit, Moment end) {
    const std::string subject = "key:7";
    while (Clock::now() < end) {
      std::optional<Decision> decision = limiter.decide(subject, "data", limit, Clock::now());
      if (!decision) {
        const Decision leased = co_await limiter.lease(subject, "data", limit);
        decision = leased;
      }
      allowed_ += decision->allowed ? 1 : 0;
      ++asked_;
      co_await asio::post(loop_.executor(), use_async);
    }
    ++ended_;
  }
  double allowed_ = 0;
  double asked_ = 0;
  int ended_ = 0;
};

TEST_P(SharedLimitTest, HoldsWithinFivePercentOfOneMeter) {
  Limiter first = gateway(), second = gateway();
  const RateLimit limit = GetParam();
  const Moment began = Clock::now();
  const Moment end = began + 2s;
  for (int i = 0; i < 32; ++i) {
    asio::co_spawn(loop_.executor(), client(i % 4 == 0 ? first : second, limit, end), asio::detached);
  }
  wait_for([&] { return ended_ == 32; });
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double exact = limit.requests * (1 + seconds / 60);
  ASSERT_GT(asked_, exact * 1.05) << "the load was too small to tell";
  EXPECT_LE(allowed_, limit.requests < 100 ? std::floor(exact) : exact * 1.05);
  EXPECT_GE(allowed_, limit.requests < 100 ? std::floor(exact) : exact * 0.95);
  std::printf("%u/min: %.0f admitted, %.1f exact (%+.2f %%), %.0f asked, %lu leases\n", limit.requests, allowed_, exact,
              100 * (allowed_ / exact - 1), asked_, first.figures().leases + second.figures().leases);
  EXPECT_EQ(first.figures().failures + second.figures().failures, 0u);
}

INSTANTIATE_TEST_SUITE_P(Limits, SharedLimitTest, ::testing::Values(kTwenty, kSixHundred, kFiftyThousand),
                         [](const auto& limit) { return std::to_string(limit.param.requests); });

// Redis killed, paused and wiped in turn, under load: everybody gets an answer soon, and the bound holds.
class TroubledRedisTest : public SharedLimitTest {
 protected:
  Async<void> trouble() {
    for (int i = 0; i < 2; ++i) {
      redis_.crash();
      co_await sleep_for(200ms);
      redis_.start();
      co_await sleep_for(400ms);
      redis_.hang();
      co_await sleep_for(300ms);
      redis_.wake();
      co_await sleep_for(400ms);
      std::vector<std::string> wipe{"FLUSHALL"};
      const auto wiped = co_await client_.command(wipe);
      EXPECT_TRUE(wiped);
      co_await sleep_for(200ms);
    }
    over_ = true;
  }
  Async<void> caller(Limiter& limiter, int number) {
    const RateLimit limit{6'000, 60s};
    const std::string subject = "user:" + std::to_string(number);
    while (!over_) {
      const Moment asked = Clock::now();
      std::optional<Decision> decision = limiter.decide(subject, "data", limit, asked);
      if (!decision) {
        const Decision leased = co_await limiter.lease(subject, "data", limit);
        decision = leased;
      }
      slowest_ = std::max<Span>(slowest_, Clock::now() - asked);
      allowed_ += decision->allowed ? 1 : 0;
      co_await sleep_for(1ms);
    }
    ++ended_;
  }
  bool over_ = false;
  Span slowest_{0};
};

TEST_F(TroubledRedisTest, KeepsAnsweringAndKeepsTheBound) {
  Limiter first = gateway(), second = gateway();
  const Moment began = Clock::now();
  for (int i = 0; i < 32; ++i) {
    asio::co_spawn(loop_.executor(), caller(i % 2 == 0 ? first : second, i / 2 % 4), asio::detached);
  }
  asio::co_spawn(loop_.executor(), trouble(), asio::detached);
  wait_for([&] { return ended_ == 32; });
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  const double exact = 4 * 6'000 * (1 + seconds / 60);
  EXPECT_LE(allowed_, exact * 1.05);
  EXPECT_LT(slowest_, 1s) << "patience is 50 ms; the rest is this machine";
  std::printf("%.0f admitted of at most %.0f; the slowest decision took %.0f ms\n", allowed_, exact,
              std::chrono::duration<double, std::milli>(slowest_).count());
  EXPECT_GT(first.figures().local, 0u);
  EXPECT_GT(first.figures().in_memory, 0u);
}

TEST_F(LimiterTest, GoesOnAloneWhenRedisIsKilledAndComesBack) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(10, limiter, kTwenty), 10);
  redis_.crash();
  EXPECT_EQ(allowed_of(20, limiter, kTwenty), 5) << "half of the ten that are left";
  EXPECT_TRUE(limiter.figures().away);
  redis_.start();
  wait_for([&] { return !limiter.figures().away; });
  EXPECT_LE(allowed_of(20, limiter, kTwenty), 1) << "Redis has lost everything, the gateway has not";
  EXPECT_EQ(allowed_of(30, limiter, kTwenty, "user:bert"), 20);
}

TEST_F(LimiterTest, DoesNotHoldRequestsWhenRedisHangs) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(4, limiter, kTwenty), 4);
  redis_.hang();
  const Moment began = Clock::now();
  EXPECT_EQ(allowed_of(40, limiter, kTwenty), 8);
  EXPECT_LT(Clock::now() - began, 1s) << "only the first waits, for 50 ms";
  EXPECT_TRUE(limiter.figures().away);
  redis_.wake();
  wait_for([&] { return !limiter.figures().away; });
  EXPECT_LE(allowed_of(40, limiter, kTwenty), 1);
}

TEST_F(LimiterTest, SurvivesAWipe) {
  Limiter limiter = gateway();
  EXPECT_EQ(allowed_of(20, limiter, kTwenty), 20);
  (void)loop_.run(client_.command({"FLUSHALL"}));
  (void)loop_.run(client_.command({"SCRIPT", "FLUSH"}));
  wait_for([at = Clock::now() + 3s] { return Clock::now() > at; });  // until the next may pass
  EXPECT_EQ(allowed_of(20, limiter, kTwenty), 1);
  EXPECT_EQ(limiter.figures().failures, 0u);
}

TEST_F(LimiterTest, TreatsAnErrorOfRedisAsAway) {
  Limiter limiter = gateway(1);
  (void)loop_.run(client_.command({"CONFIG", "SET", "maxmemory", "1"}));
  EXPECT_EQ(allowed_of(30, limiter, kTwenty), 20);
  EXPECT_TRUE(limiter.figures().away);
  (void)loop_.run(client_.command({"CONFIG", "SET", "maxmemory", "0"}));
  wait_for([&] { return !limiter.figures().away; });
  EXPECT_EQ(allowed_of(30, limiter, kTwenty), 0);
}

TEST_F(LimiterTest, HasTheWholeLimitWhereNothingIsShared) {
  LimiterSettings settings;
  settings.shared = false;
  settings.gateways = [] { return std::size_t{3}; };
  Limiter limiter(loop_.executor(), client_, settings);
  EXPECT_EQ(allowed_of(30, limiter, kTwenty), 20);
  EXPECT_EQ(redis_calls(), 0);
}

TEST_F(LimiterTest, MayGoWhileSomebodyWaits) {
  int ended = 0;
  {
    Limiter limiter = gateway();
    redis_.hang();
    asio::co_spawn(loop_.executor(), limiter.lease("user:anna", "ml", kTwenty),
                   [&](const std::exception_ptr&, const Decision&) { ++ended; });
    bool begun = false;
    asio::post(loop_.executor(), [&] { begun = true; });
    wait_for([&] { return begun; });
  }
  wait_for([&] { return ended == 1; });
  redis_.wake();
}

TEST_F(LimiterTest, ShowsWhoIsNearHisLimit) {
  Limiter limiter = gateway();
  (void)allowed_of(3, limiter, kTwenty, "user:anna");
  (void)allowed_of(25, limiter, kTwenty, "user:bert");
  const std::vector<KeyState> states = limiter.nearest(10);
  ASSERT_EQ(states.size(), 2u);
  EXPECT_EQ(states[0].subject, "user:bert");
  EXPECT_EQ(states[0].remaining, 0u);
  EXPECT_EQ(states[1].subject, "user:anna");
  EXPECT_EQ(states[1].name, "ml");
  EXPECT_EQ(states[1].remaining, 17u);
  EXPECT_EQ(states[1].limit, 20u);
  EXPECT_EQ(limiter.nearest(1).size(), 1u);
}

TEST_F(LimiterTest, CountsTheGatewaysOfTheRegistry) {
  registry::Directory directory(client_, {});
  EXPECT_EQ(live_gateways(directory), 1u);
  registry::Instance self;
  self.service = "api_gateway";
  self.host = "127.0.0.1";
  self.version = "1";
  self.started_at = "2026-11-24T08:00:00.000Z";
  std::vector<std::unique_ptr<registry::Registration>> registered;
  for (std::uint16_t i = 1; i <= 3; ++i) {
    self.id = "api_gateway-" + std::to_string(i);
    self.port = i;
    self.status = i == 3 ? registry::Status::draining : registry::Status::up;
    registered.push_back(std::make_unique<registry::Registration>(client_, registry::RegistrySettings{}, self));
    registered.back()->start(loop_.executor());
  }
  wait_for([&] {
    (void)loop_.run(directory.refresh());
    return directory.instances("api_gateway").size() == 3;
  });
  EXPECT_EQ(live_gateways(directory), 2u);
}

}  // namespace
}  // namespace valion::gateway::limits
