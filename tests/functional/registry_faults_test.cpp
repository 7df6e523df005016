// Redis restarted, emptied, stopped or out of reach, an instance killed or drained, the leading registry gone: callers go on calling.
//
// Real processes on a private Redis: two instances of a service, a caller of it, two registries. A load runs through the caller
// during every case and must see no failure; how long the registry took to be right again is printed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <thread>

#include "contracts/registry.hpp"
#include "functional/steady_load.hpp"
#include "platform/json/described.hpp"
#include "platform/service/running_service.hpp"
#include "services/service_registry/service_registry.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using Clock = std::chrono::steady_clock;

constexpr auto kPause = 2s;  // over six leases of the services under test

class Answering final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "answering"; }
  void routes(http::Router& router) override {
    router.add(http::Method::get, "/who", [this](http::Request&) -> Async<Result<http::Response>> {
      co_await sleep_for(2ms);  // so that there is always something to drain
      co_return http::text_response(200, "text/plain", context().self.id);
    });
  }
};

class Calling final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "calling"; }
  void routes(http::Router& router) override {
    router.add(http::Method::get, "/ask", [this](http::Request& request) -> Async<Result<http::Response>> {
      ServiceRequest call;
      call.service = "answering";
      call.target = "/who";
      call.timeout = 5s;
      const CallOrigin origin = CallOrigin::of(request);
      VALION_CO_TRY_ASSIGN(http::FetchedResponse who, co_await context().fetch_from_service(origin, std::move(call)));
      co_return http::text_response(200, "text/plain", std::move(who.body));
    });
  }
};

class RegistryFaults : public ::testing::Test {
 protected:
  explicit RegistryFaults(std::vector<std::string> redis_arguments = {}) : redis_(std::move(redis_arguments)) {}

  // Same home, same secrets.
  [[nodiscard]] Settings settings() const {
    return testing::settings_for(home_.path(), redis_.url(), {"service_registry", "answering", "calling"});
  }
  void SetUp() override {
    ASSERT_TRUE(eventually([&] { return well() == 2 && is_right(); }));
    load_.emplace(caller_.port(), "/ask", testing::internal_token(home_.path(), "acme"));
    ASSERT_TRUE(load_->goes_on());
  }
  void TearDown() override {
    EXPECT_TRUE(load_->goes_on()) << "the load stands still";
    load_->finish();
    EXPECT_THAT(load_->failures(), ::testing::IsEmpty()) << "of " << load_->answers() << " calls";
    std::printf("  %d calls, %zu failed\n", load_->answers(), load_->failures().size());
  }

  std::vector<contracts::HealthEntry> health(testing::RunningService<ServiceRegistry>& registry) {
    const testing::Answer answer = registry.get("/v1/health/service/answering?passing");
    if (answer.status != 200) return {};
    contact_ = answer.header("X-Consul-LastContact");
    return json::decode<std::vector<contracts::HealthEntry>>(answer.body).value();
  }
  std::size_t well() { return health(second_registry_).size(); }
  // Redis answers, and nobody is listed only because a guard keeps him.
  bool is_right() {
    const auto entries = health(second_registry_);
    const bool kept = std::any_of(entries.begin(), entries.end(), [](const contracts::HealthEntry& entry) {
      return entry.Checks.at(0).Output.find("kept") != std::string::npos;
    });
    return contact_ == "0" && !kept;
  }
  // Waits until the registry shows `instances` well ones, and prints how long that took.
  void expect_right_again(const char* what, Clock::time_point since, std::size_t instances = 2) {
    ASSERT_TRUE(eventually([&] { return is_right() && well() == instances; })) << what;
    const std::chrono::duration<double, std::milli> took = Clock::now() - since;
    std::printf("  %s: right again after %.0f ms (heartbeat 100 ms)\n", what, took.count());
  }
  std::string command(std::vector<std::string> words) {
    testing::TestLoop loop;
    redis::Client redis(loop.executor(), redis::Settings{redis_.url(), 2s});
    EXPECT_TRUE(loop.run(redis.wait_connected(9s)));
    const auto reply = loop.run(redis.command(std::move(words)));
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().message);
    return reply ? reply->text : "";
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder home_;
  testing::RunningService<Answering> first_{settings()};
  testing::RunningService<Answering> second_{settings()};
  testing::RunningService<Calling> caller_{settings()};
  testing::RunningService<ServiceRegistry> first_registry_{settings()};
  testing::RunningService<ServiceRegistry> second_registry_{settings()};
  std::optional<testing::SteadyLoad> load_;
  std::string contact_;
};

class DurableRedis : public RegistryFaults {
 protected:
  DurableRedis() : RegistryFaults({"--port", "0", "--appendonly", "yes"}) {}
};

TEST_F(RegistryFaults, RedisCrashesAndComesBackEmpty) {
  redis_.crash();
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  redis_.start();
  expect_right_again("Redis lost", Clock::now());
}

TEST_F(DurableRedis, RedisCrashesAndComesBackWithItsData) {
  redis_.crash();
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  redis_.start();
  expect_right_again("Redis restarted", Clock::now());
}

TEST_F(RegistryFaults, RedisIsEmptied) {
  command({"FLUSHALL"});
  expect_right_again("Redis emptied", Clock::now());
}

TEST_F(RegistryFaults, RedisSleepsForLongerThanALease) {
  redis_.hang();
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  EXPECT_TRUE(load_->goes_on());
  redis_.wake();
  expect_right_again("Redis asleep", Clock::now());
}

TEST_F(RegistryFaults, RedisIsOutOfReach) {
  const std::filesystem::path away = redis_.socket().string() + ".away";
  std::filesystem::rename(redis_.socket(), away);
  {  // through the only open door: the name is gone, the connections are cut
    testing::TestLoop loop;
    redis::Client redis(loop.executor(), redis::Settings{"unix:" + away.string(), 2s});
    ASSERT_TRUE(loop.run(redis.wait_connected(9s)));
    ASSERT_TRUE(loop.run(redis.command({"CLIENT", "KILL", "TYPE", "normal"})));
  }
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  EXPECT_TRUE(load_->goes_on());
  std::filesystem::rename(away, redis_.socket());
  expect_right_again("Redis out of reach", Clock::now());
}

TEST_F(RegistryFaults, AnInstanceDiesWhileRedisIsAway) {
  redis_.crash();
  ASSERT_TRUE(load_->goes_on());
  first_.end(SIGKILL);
  ASSERT_TRUE(load_->goes_on());
  redis_.start();
  expect_right_again("an instance died, Redis lost", Clock::now(), 1);
}

TEST_F(RegistryFaults, AnInstanceDies) {
  first_.end(SIGKILL);
  expect_right_again("an instance died", Clock::now(), 1);
}

TEST_F(RegistryFaults, AnInstanceIsStopped) {
  first_.signal(SIGTERM);  // it leaves the registry first, then finishes what it has begun
  expect_right_again("an instance left", Clock::now(), 1);
  EXPECT_EQ(first_.wait(), 0);
}

TEST_F(RegistryFaults, TheLeadingRegistryDies) {
  const std::string before = command({"GET", "valion:leader"});
  const std::string leader = before.substr(0, before.find(' '));
  const auto self =
      json::decode<contracts::AgentSelf>(first_registry_.get("/v1/agent/self").body, json::Unknown::ignored);
  testing::RunningService<ServiceRegistry>& leading =
      self->Config.NodeName == leader ? first_registry_ : second_registry_;
  testing::RunningService<ServiceRegistry>& other = &leading == &first_registry_ ? second_registry_ : first_registry_;
  leading.end(SIGKILL);
  const auto since = Clock::now();
  std::string after;
  ASSERT_TRUE(eventually([&] { return !(after = command({"GET", "valion:leader"})).empty() && after != before; }));
  EXPECT_GT(std::stoull(after.substr(after.find(' ') + 1)), std::stoull(before.substr(before.find(' ') + 1)));
  const std::chrono::duration<double, std::milli> took = Clock::now() - since;
  std::printf("  another registry leads after %.0f ms (lease 300 ms)\n", took.count());
  EXPECT_EQ(health(other).size(), 2u) << "no verdict is lost on the way";
  first_.end(SIGKILL);
  ASSERT_TRUE(eventually([&] { return health(other).size() == 1; })) << "and it probes";
}

}  // namespace
}  // namespace valion
