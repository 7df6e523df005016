// The gateway under a steady load while what it stands on fails: an instance is killed, Redis is killed, stopped and emptied, the route
// table is replaced, and another gateway shares its limits. Nobody who asks may see a failure, nor more than his limit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <thread>

#include "functional/steady_load.hpp"
#include "platform/http/head_text.hpp"
#include "services/api_gateway/api_gateway.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::SteadyLoad;
using Clock = std::chrono::steady_clock;

constexpr auto kPause = 1s;  // over three leases of the instances under test

class Answering final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return "answering"; }
  void routes(http::Router& router) override {
    http::RouteOptions open;
    open.anonymous = true;
    const auto who = [this](http::Request&) -> Async<Result<http::Response>> {
      co_await sleep_for(2ms);  // so that there is always something to lose
      co_return http::text_response(200, "text/plain", context().self.id);
    };
    router.add(http::Method::get, "/who", who, open);
  }
};

constexpr const char* kTable = R"(routes:
  - name: answering
    prefix: /answering
    strip: true
    service: answering
    timeout: 5s
    auth: off
    rate_limit: 10000000/min
  - name: counted
    prefix: /counted
    strip: true
    service: answering
    timeout: 5s
    auth: off
    rate_limit: 300/min
)";

class GatewayFaults : public ::testing::Test {
 protected:
  [[nodiscard]] Settings settings() const {
    Settings settings = testing::settings_for(home_.path(), redis_.url(), {"api_gateway", "answering"});
    settings.gateway_routes = table();
    return settings;
  }
  [[nodiscard]] std::filesystem::path table() const { return home_.path() / "routes.yaml"; }
  void SetUp() override {
    std::ofstream(table()) << kTable;
    first_.emplace(settings());
    second_.emplace(settings());
    gateway_.emplace(settings());
    ASSERT_GT(gateway_->port(), 0) << gateway_->said();
    ASSERT_TRUE(eventually([&] { return gateway_->get("/answering/who").status == 200; }));
    load_.emplace(gateway_->port(), "/answering/who", "");
    ASSERT_TRUE(load_->goes_on());
  }
  void TearDown() override {
    if (!load_) return;
    EXPECT_TRUE(load_->goes_on()) << "the load stands still";
    load_->finish();
    EXPECT_THAT(load_->failures(), ::testing::IsEmpty()) << "of " << load_->answers() << " answers";
    std::printf("  %d answers, %zu failures\n", load_->answers(), load_->failures().size());
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder home_;
  std::optional<testing::RunningService<Answering>> first_, second_;
  std::optional<testing::RunningService<ApiGateway>> gateway_;
  std::optional<SteadyLoad> load_;
};

TEST_F(GatewayFaults, AnInstanceIsKilled) {
  first_->end(SIGKILL);
  EXPECT_TRUE(load_->goes_on());
}

TEST_F(GatewayFaults, AnInstanceIsReplaced) {
  testing::RunningService<Answering> third(settings());
  first_->signal(SIGTERM);
  EXPECT_EQ(first_->wait(), 0);
  EXPECT_TRUE(load_->goes_on());
}

TEST_F(GatewayFaults, RedisIsKilled) {
  redis_.crash();
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  EXPECT_TRUE(load_->goes_on());
  redis_.start();
  EXPECT_TRUE(load_->goes_on());
}

TEST_F(GatewayFaults, RedisIsPaused) {
  redis_.hang();
  ASSERT_TRUE(load_->goes_on());
  std::this_thread::sleep_for(kPause);
  EXPECT_TRUE(load_->goes_on());
  redis_.wake();
  EXPECT_TRUE(load_->goes_on());
}

TEST_F(GatewayFaults, RedisIsWiped) {
  testing::TestLoop loop;
  redis::Client redis(loop.executor(), redis::Settings{redis_.url(), 2s});
  ASSERT_TRUE(loop.run(redis.wait_connected(9s)));
  std::vector<std::string> flush{"FLUSHALL"};
  ASSERT_TRUE(loop.run(redis.command(std::move(flush))));
  EXPECT_TRUE(load_->goes_on());
}

// GCRA admits the whole limit at once, then its pace: what two gateways admit in t seconds is limit * (1 + t / window).
TEST_F(GatewayFaults, TwoGatewaysShareOneLimit) {
  testing::RunningService<ApiGateway> other(settings());
  ASSERT_TRUE(eventually([&] { return other.get("/answering/who").status == 200; }));
  const auto began = Clock::now();
  int admitted = 0;
  while (Clock::now() - began < 3s) {
    for (auto* gateway : {&*gateway_, &other}) {
      const testing::Answer answer = gateway->get("/counted/who");
      const int status = answer.status;
      ASSERT_TRUE(status == 200 || status == 429) << status;
      const auto told = std::count_if(answer.headers.begin(), answer.headers.end(), [](const auto& field) {
        return http::same_without_case(field.first, "Retry-After");
      });
      ASSERT_EQ(told, status == 429 ? 1 : 0);
      if (status == 200) ++admitted;
    }
  }
  const std::chrono::duration<double> took = Clock::now() - began;
  const double bound = 300 * (1 + took.count() / 60);
  std::printf("  two gateways admitted %d in %.1f s, the limit being %.0f\n", admitted, took.count(), bound);
  EXPECT_NEAR(admitted, bound, 0.05 * bound);
}

}  // namespace
}  // namespace valion
