// What goes wrong around an orchestrator: taken ports, crash loops, processes that hang, its own death.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <thread>

#include "app/orchestrator/fleet.hpp"
#include "app/service_list.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::SizeIs;

class TakenPort {
 public:
  [[nodiscard]] std::string text() const { return std::to_string(acceptor_.local_endpoint().port()); }

 private:
  boost::asio::io_context context_;
  boost::asio::ip::tcp::acceptor acceptor_{context_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
};

// An orchestrator that cannot start: everything on free ports, except what `environment` says.
Finished start_in(const TemporaryFolder& home, std::map<std::string, std::string> environment) {
  for (const char* service : {"API_GATEWAY", "SERVICE_REGISTRY", "DATA_PROCESSING", "ML_SERVICE", "GEOSPATIAL_SERVICE",
                              "REPORTING_SERVICE"}) {
    environment.emplace(std::string("VALION_PORT_") + service, "0");
  }
  environment.emplace("VALION_METRICS_PORT", "0");
  return run({"timeout", "60", valion_binary(), "orchestrator", "--home", home.path().string()}, environment);
}

TEST(TakenPorts, AreNamedWithWhoHoldsThem) {
  const TemporaryFolder home;
  const TakenPort one, other;
  const Finished refused =
      start_in(home, {{"VALION_PORT_ML_SERVICE", one.text()}, {"VALION_PORT_API_GATEWAY", other.text()}});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.output, HasSubstr("ports.ml_service: cannot listen on 127.0.0.1:" + one.text()));
  EXPECT_THAT(refused.output, HasSubstr("ports.api_gateway: cannot listen on 127.0.0.1:" + other.text()));
  EXPECT_THAT(refused.output, HasSubstr("process " + std::to_string(getpid())));
  EXPECT_THAT(refused.output, HasSubstr("orchestrator_failure_test"));
}

TEST(TakenPorts, TheMetricsPortToo) {
  const TemporaryFolder home;
  const TakenPort port;
  const Finished refused = start_in(home, {{"VALION_METRICS_PORT", port.text()}});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.output, HasSubstr("metrics.port"));
  EXPECT_THAT(refused.output, HasSubstr("process " + std::to_string(getpid())));
}

TEST(TakenPorts, AServiceAloneNamesItsOwn) {
  const TemporaryFolder home;
  const TakenPort port;
  const Finished refused =
      run({valion_binary(), "data_processing", "--home", home.path().string(), "--port", port.text()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.output, HasSubstr("process " + std::to_string(getpid())));
}

TEST(CrashLoop, StopsTryingSaysSoAndHasAWayBack) {
  RunningSystem system({}, {{"VALION_CRASH_LOOP_ENDS", "3"}});
  const std::string service = "reporting_service";
  for (int end = 0; end < 3; ++end) {
    ASSERT_TRUE(eventually([&] { return system.processes(service).size() == 1; })) << end;
    ASSERT_TRUE(eventually([&] { return end == 0 || system.valion({"status"}).code == 0; })) << end;
    const auto before = system.processes(service);
    kill(before.front(), SIGKILL);
    ASSERT_TRUE(eventually([&] { return system.processes(service) != before; }));
  }
  Finished status;
  ASSERT_TRUE(eventually([&] {
    status = system.valion({"status"});
    return status.output.find("crash loop") != std::string::npos;
  })) << status.output;
  EXPECT_EQ(status.code, 1);
  EXPECT_THAT(status.output, HasSubstr("valion restart reporting_service"));
  EXPECT_THAT(slurp(system.home() / "orchestrator.log"), HasSubstr("CRASH LOOP: reporting_service ended 3 times"));
  EXPECT_THAT(system.processes(service), SizeIs(0)) << "nobody tries any more";
  EXPECT_EQ(system.get("/api/v1/ml/models").status, 200) << "the rest serves";

  const Finished restarted = system.valion({"restart", service});
  EXPECT_EQ(restarted.code, 0) << restarted.output;
  EXPECT_EQ(system.valion({"status", "--wait", "20"}).code, 0);
  EXPECT_EQ(system.stop(), 0);
}

TEST(CrashLoop, ThatNobodyMendedIsSeenInTheExitCode) {
  RunningSystem system({}, {{"VALION_CRASH_LOOP_ENDS", "1"}});
  kill(system.processes("geospatial_service").front(), SIGKILL);
  ASSERT_TRUE(eventually([&] { return system.valion({"status"}).output.find("crash loop") != std::string::npos; }));
  EXPECT_EQ(system.stop(), 1);
}

TEST(CrashLoop, OfTheGatewayRefusesItsClientsInsteadOfKeepingThemWaiting) {
  RunningSystem system({}, {{"VALION_CRASH_LOOP_ENDS", "1"}});
  kill(system.processes("api_gateway").front(), SIGKILL);
  EXPECT_TRUE(eventually([&] {
    try {
      system.call({.target = "/health", .token = ""});
      return false;
    } catch (const std::exception&) {
      return true;
    }
  }));
  EXPECT_EQ(system.valion({"restart", "api_gateway"}).code, 0);
  EXPECT_EQ(system.get("/health").status, 200) << "at the same address";
}

TEST(ADyingGateway, KeepsItsClientsWaitingAndServesThem) {
  RunningSystem system;
  system.get("/api/v1/auth/me");  // signs in
  for (int death = 0; death < 3; ++death) {
    kill(system.processes("api_gateway").front(), SIGKILL);
    // The dead one's socket still listens, held by the orchestrator: nobody is refused.
    EXPECT_TRUE(eventually([&] {
      try {
        return system.get("/api/v1/auth/me").status == 200;
      } catch (const std::exception& error) {
        EXPECT_EQ(std::string(error.what()).find("cannot connect"), std::string::npos) << error.what();
        return false;
      }
    }));
  }
}

TEST(Stopping, KillsWhatHangs) {
  RunningSystem system({}, {{"VALION_DRAIN_MS", "200"}, {"VALION_STOP_TIMEOUT_MS", "6000"}});
  kill(system.processes("ml_service").front(), SIGSTOP);
  EXPECT_EQ(system.stop(), 0);
  EXPECT_THAT(system.processes("ml_service"), SizeIs(0));
  EXPECT_THAT(slurp(system.home() / "orchestrator.log"), HasSubstr("ml_service did not stop in time; killing it"));
}

TEST(Stopping, FitsIntoThePromisedTimeByDefault) {
  const Settings defaults;
  int deepest = 0;
  for (const auto& [service, depth] : app::depths_of(app::service_list())) deepest = std::max(deepest, depth);
  const auto longest = (deepest + 1) * (defaults.drain + 1s) + 3s;  // each group of services, then Redis
  EXPECT_LE(longest, defaults.stop_timeout);
  EXPECT_EQ(defaults.stop_timeout, 30s);
}

TEST(AKilledOrchestrator, IsFollowedByAnotherAtOnce) {
  RunningSystem system({}, {{"VALION_DRAIN_MS", "300"}});
  kill(system.processes("ml_service").front(), SIGSTOP);  // one that does not even notice its parent's death
  const auto hung = system.processes("ml_service");
  system.kill_orchestrator();
  system.start_again();
  EXPECT_NE(system.processes("ml_service"), hung);
  EXPECT_THAT(system.processes("ml_service"), SizeIs(1));
  EXPECT_EQ(system.valion({"status", "--wait", "20"}).code, 0);
  EXPECT_EQ(system.stop(), 0);
}

}  // namespace
}  // namespace valion::functional
