// Restarting and scaling a system that is being used.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "app/service_list.hpp"
#include "functional/routes_without_limits.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

// Clients that ask all the time, each request over a connection of its own.
class Clients {
 public:
  explicit Clients(RunningSystem& system) : system_(system) {
    system.get("/api/v1/ml/models");  // signs in, once
    for (const char* target : {"/api/v1/ml/models", "/api/v1/registry/catalog/services", "/api/v1/auth/me"}) {
      threads_.emplace_back([this, target](std::stop_token stop) { ask(target, stop); });
    }
  }
  // How many were asked; whatever was not 200, in words.
  int stop() {
    threads_.clear();
    return asked_;
  }
  [[nodiscard]] const std::string& complaints() const { return complaints_; }

 private:
  void ask(const std::string& target, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::string wrong;
      try {
        const Answer answer = system_.get(target);
        if (answer.status != 200) wrong = std::to_string(answer.status) + " " + answer.body;
      } catch (const std::exception& error) {
        wrong = error.what();
      }
      ++asked_;
      if (wrong.empty()) continue;
      const std::lock_guard lock(mutex_);
      complaints_ += target + ": " + wrong + "\n";
    }
  }
  RunningSystem& system_;
  std::atomic<int> asked_ = 0;
  std::mutex mutex_;
  std::string complaints_;
  std::vector<std::jthread> threads_;
};

std::map<std::string, std::vector<pid_t>> all_processes(const RunningSystem& system) {
  std::map<std::string, std::vector<pid_t>> all;
  for (const app::ServiceEntry& entry : app::service_list()) {
    all[std::string(entry.name)] = system.processes(std::string(entry.name));
  }
  return all;
}

TEST(RollingRestart, ReplacesEveryProcessWhileRequestsKeepFlowing) {
  const RoutesWithoutLimits routes;
  RunningSystem system({}, {{"VALION_HEARTBEAT_MS", "300"}, {"VALION_GATEWAY_ROUTES", routes.file()}});
  const auto before = all_processes(system);
  const std::string gateway = system.gateway();
  Clients clients(system);
  const auto begun = std::chrono::steady_clock::now();
  const Finished restarted = system.valion({"restart"});
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const int asked = clients.stop();
  std::printf("rolling restart of %zu services: %.2f s, %d requests meanwhile\n", before.size(), seconds, asked);
  EXPECT_EQ(restarted.code, 0) << restarted.output;
  EXPECT_THAT(restarted.output, HasSubstr("every service was restarted"));
  EXPECT_EQ(clients.complaints(), "");
  EXPECT_GT(asked, 10);
  for (const auto& [service, processes] : all_processes(system)) {
    ASSERT_THAT(processes, SizeIs(1)) << service;
    EXPECT_NE(processes, before.at(service)) << service << " was not restarted";
  }
  EXPECT_EQ(system.valion({"status"}).code, 0);
  EXPECT_EQ(system.get("/health").status, 200) << "the gateway is still at " << gateway;
  EXPECT_EQ(system.stop(), 0);
}

TEST(RollingRestart, FollowsAHangUp) {
  const RoutesWithoutLimits routes;
  RunningSystem system({}, {{"VALION_HEARTBEAT_MS", "300"}, {"VALION_GATEWAY_ROUTES", routes.file()}});
  const auto before = all_processes(system);
  kill(system.processes("orchestrator").front(), SIGHUP);
  EXPECT_TRUE(eventually([&] {
    const auto now = all_processes(system);
    return std::all_of(now.begin(), now.end(),
                       [&](const auto& one) { return one.second.size() == 1 && one.second != before.at(one.first); });
  }));
  EXPECT_EQ(system.valion({"status", "--wait", "10"}).code, 0);
}

TEST(RollingRestart, KnowsWhatItCannotRestart) {
  RunningSystem system;
  const Finished unknown = system.valion({"restart", "ml_servce"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("there is no service ml_servce"));
  const TemporaryFolder nothing;
  const Finished nobody = run({valion_binary(), "restart", "--home", nothing.path().string()});
  EXPECT_EQ(nobody.code, 1);
  EXPECT_THAT(nobody.output, HasSubstr("no orchestrator runs in"));
}

TEST(Scaling, StartsAndEndsInstancesWhileRequestsKeepFlowing) {
  const RoutesWithoutLimits routes;
  RunningSystem system({"--scale", "ml_service=2"},
                       {{"VALION_HEARTBEAT_MS", "300"}, {"VALION_GATEWAY_ROUTES", routes.file()}});
  EXPECT_THAT(system.processes("ml_service"), SizeIs(2));
  Clients clients(system);
  EXPECT_EQ(system.valion({"scale", "ml_service=3"}).code, 0);
  EXPECT_THAT(system.processes("ml_service"), SizeIs(3));
  const Finished restarted = system.valion({"restart", "ml_service"});
  EXPECT_EQ(restarted.code, 0) << restarted.output;
  EXPECT_THAT(system.processes("ml_service"), SizeIs(3));
  EXPECT_EQ(system.valion({"scale", "ml_service=1"}).code, 0);
  EXPECT_THAT(system.processes("ml_service"), SizeIs(1));
  clients.stop();
  EXPECT_EQ(clients.complaints(), "");
  EXPECT_EQ(system.valion({"scale", "ml_service=0"}).code, 2);
  EXPECT_EQ(system.valion({"status"}).code, 0);
}

TEST(Stopping, IsOneCommand) {
  RunningSystem system;
  const Finished stopped = system.valion({"stop"});
  EXPECT_EQ(stopped.code, 0) << stopped.output;
  EXPECT_THAT(stopped.output, HasSubstr("stopped"));
  for (const auto& [service, processes] : all_processes(system)) EXPECT_THAT(processes, SizeIs(0)) << service;
  EXPECT_FALSE(std::filesystem::exists(system.home() / "run" / "orchestrator.sock"));
}

}  // namespace
}  // namespace valion::functional
