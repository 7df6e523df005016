// Starting, dying, coming back, and stopping.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "app/service_list.hpp"
#include "functional/instances.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string metrics_of(int port) {
  return run({"bash", "-c",
              "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(port) +
                  "; printf 'GET /metrics HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n' >&3; cat <&3"})
      .output;
}

TEST(Life, AKilledServiceIsRestartedWhileTheRestServes) {
  RunningSystem system;
  for (const app::ServiceEntry& entry : app::service_list()) {
    const std::string service(entry.name);
    const auto before = system.processes(service);
    ASSERT_THAT(before, SizeIs(1)) << service;
    kill(before.front(), SIGKILL);
    EXPECT_TRUE(eventually([&] {
      const auto now = system.processes(service);
      return now.size() == 1 && now != before;
    })) << service
        << " was not restarted";
    if (service != "api_gateway") {
      EXPECT_EQ(system.get("/health").status, 200) << "the gateway must not suffer from " << service;
    }
    EXPECT_TRUE(eventually([&] { return system.valion({"status"}).code == 0; })) << service << " did not come back";
  }
  EXPECT_EQ(system.valion({"test"}).code, 0);
  EXPECT_EQ(system.stop(), 0);
}

TEST(Life, TwoInstancesOfOneServiceAreBothUsed) {
  RunningSystem system({"--scale", "data_processing=2"});
  std::vector<InstancePlace> instances;
  ASSERT_TRUE(eventually([&] { return (instances = instances_of(system, "data_processing")).size() == 2; }));
  const std::string route = "/data/versions/{version:hash}/profile";
  ASSERT_TRUE(eventually([&] {
    for (int call = 0; call < 4; ++call) system.get("/api/v1/data/versions/" + std::string(64, '0') + "/profile");
    return metrics_of(static_cast<int>(instances[0].port)).find(route) != std::string::npos &&
           metrics_of(static_cast<int>(instances[1].port)).find(route) != std::string::npos;
  }));
}

TEST(Life, StoppingLeavesNoProcessBehind) {
  RunningSystem system;
  EXPECT_EQ(system.stop(), 0);
  for (const app::ServiceEntry& entry : app::service_list()) {
    EXPECT_THAT(system.processes(std::string(entry.name)), SizeIs(0)) << entry.name;
  }
  EXPECT_FALSE(std::filesystem::exists(system.home() / "redis" / "redis.sock"));
  EXPECT_NE(system.valion({"status"}).code, 0);
}

TEST(Life, ChildrenDieWithAKilledOrchestrator) {
  RunningSystem system;
  kill(system.processes("orchestrator").front(), SIGKILL);
  for (const app::ServiceEntry& entry : app::service_list()) {
    EXPECT_TRUE(eventually([&] { return system.processes(std::string(entry.name)).empty(); })) << entry.name;
  }
}

TEST(Life, ASecondOrchestratorInTheSameHomeIsRefused) {
  RunningSystem system;
  const Finished second = system.valion({"orchestrator"});
  EXPECT_EQ(second.code, 1);
  EXPECT_THAT(second.output, HasSubstr("already runs"));
}

TEST(CommandLine, ShowsSettingsWithoutTheirPasswords) {
  const Finished shown = run({valion_binary(), "config", "show"},
                             {{"VALION_DATABASE_URL", "postgresql:host=db dbname=valion password=open-sesame"},
                              {"VALION_REDIS_URL", "redis://user:let-me-in@cache:6380"}});
  EXPECT_EQ(shown.code, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("dbname=valion"));
  EXPECT_THAT(shown.output, HasSubstr("cache:6380"));
  EXPECT_THAT(shown.output, testing::Not(HasSubstr("open-sesame")));
  EXPECT_THAT(shown.output, testing::Not(HasSubstr("let-me-in")));
}

TEST(CommandLine, RefusesThePortOfAServiceThatDoesNotExist) {
  const Finished refused = run({valion_binary(), "config", "check"}, {{"VALION_PORT_ML_SERVCE", "9"}});
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.output, HasSubstr("ports.ml_servce"));
  EXPECT_THAT(refused.output, HasSubstr("ml_service"));
}

TEST(CommandLine, TeachesAndRefuses) {
  const TemporaryFolder home;
  const Finished help = run({valion_binary(), "data_processing", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.output, HasSubstr("--port"));
  EXPECT_EQ(run({valion_binary(), "nothing"}).code, 2);
  EXPECT_EQ(run({valion_binary(), "status", "--home", home.path().string()}).code, 1);
}

}  // namespace
}  // namespace valion::functional
