// One line a thing that happened, in `valion.log` once, whatever dies; and `valion logs`, which finds it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "app/logs/log_follower.hpp"
#include "app/logs/log_record.hpp"
#include "functional/running_system.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream input(text);
  for (std::string line; std::getline(input, line);) lines.push_back(line);
  return lines;
}

Answer get_as(RunningSystem& system, const std::string& target, const std::string& request_id) {
  return system.call({.target = target, .headers = {{"X-Request-Id", request_id}}});
}

// How often each request is in the joined log, by the gateway's own line.
std::map<std::string, int> joined_requests(const std::filesystem::path& home) {
  std::map<std::string, int> seen;
  app::LogFollower follower(home / "logs" / app::kJoinedLog, std::nullopt);
  std::vector<std::string> lines;
  while (follower.read(lines, 1 << 20)) {
  }
  for (const std::string& line : lines) {
    const auto record = json::decode<app::LogRecord>(line, json::Unknown::ignored);
    EXPECT_TRUE(record) << "torn: " << line;
    if (record && record->service_name == "api_gateway" && record->message == "request") ++seen[record->request_id];
  }
  return seen;
}

TEST(JoinedLog, HasEveryRequestOnceThoughTheOrchestratorAndTheGatewayAreKilled) {
  RunningSystem system({}, {{"VALION_DRAIN_MS", "500"}});
  std::vector<std::string> answered;
  const auto ask = [&](const std::string& round) {
    for (int number = 0; number < 50; ++number) {
      const std::string id = round + "-" + std::to_string(number);
      if (get_as(system, "/api/v1/ml/models", id).status == 200) answered.push_back(id);
    }
    // A line follows its answer: whoever is killed in between has not written it.
    const std::filesystem::path log = system.home() / "logs" / "api_gateway.log";
    EXPECT_TRUE(eventually([&] { return slurp(log).find(round + "-49") != std::string::npos; }));
  };
  ask("first-round");
  kill(system.processes("api_gateway").front(), SIGKILL);
  ASSERT_TRUE(eventually([&] {
    try {
      return system.get("/api/v1/ml/models").status == 200;
    } catch (const std::exception&) {
      return false;
    }
  }));
  ask("second-round");
  system.kill_orchestrator();
  system.start_again();
  ASSERT_EQ(system.valion({"status", "--wait", "20"}).code, 0);
  ask("third-round");
  EXPECT_EQ(system.stop(), 0);

  const auto seen = joined_requests(system.home());
  ASSERT_EQ(answered.size(), 150u);
  for (const std::string& id : answered) {
    const auto found = seen.find(id);
    ASSERT_TRUE(found != seen.end()) << id << " is lost";
    EXPECT_EQ(found->second, 1) << id;
  }
}

TEST(JoinedLog, FollowsARequestThroughTheServices) {
  RunningSystem system;
  ASSERT_EQ(get_as(system, "/api/v1/ml/models", "follow-me-1").status, 200);
  Finished found;
  ASSERT_TRUE(eventually([&] {
    found = system.valion({"logs", "--request-id", "follow-me-1"});
    return found.output.find("ml_service") != std::string::npos &&
           found.output.find("api_gateway") != std::string::npos;
  })) << found.output;
  EXPECT_EQ(found.code, 0);
  EXPECT_THAT(lines_of(found.output), Each(HasSubstr("follow-me-1")));
  EXPECT_THAT(found.output, Not(HasSubstr("\033["))) << "no colours where there is no terminal";
}

TEST(Logs, FiltersByServiceLevelAndTime) {
  RunningSystem system;
  ASSERT_TRUE(eventually([&] {
    return system.valion({"logs", "--service", "ml_service"}).output.find("ready") != std::string::npos;
  }));
  const Finished json = system.valion({"logs", "--service", "ml_service", "--json"});
  EXPECT_THAT(lines_of(json.output), Not(IsEmpty()));
  EXPECT_THAT(lines_of(json.output),
              Each(AllOf(HasSubstr(R"("service_name":"ml_service")"), testing::StartsWith("{"))));
  EXPECT_THAT(lines_of(system.valion({"logs", "--level", "error"}).output), IsEmpty());
  EXPECT_THAT(lines_of(system.valion({"logs", "--lines", "3"}).output), testing::SizeIs(3));
  EXPECT_THAT(lines_of(system.valion({"logs", "--since", "2099-01-01"}).output), IsEmpty());
  EXPECT_EQ(system.valion({"logs", "--since", "yesterday"}).code, 2);
  EXPECT_EQ(system.valion({"logs", "--level", "loud"}).code, 2);
  const Finished unknown = system.valion({"logs", "--service", "nothing"});
  EXPECT_EQ(unknown.code, 1);
  EXPECT_THAT(unknown.output, HasSubstr("there is no log of nothing"));
}

TEST(Logs, GoesOnWithWhatComes) {
  RunningSystem system;
  get_as(system, "/api/v1/ml/models", "asked-before-1");
  Finished followed;
  std::jthread follower([&] {
    followed = run({"timeout", "4", valion_binary(), "logs", "--follow", "--home", system.home().string()});
  });
  std::this_thread::sleep_for(1s);  // whenever it begins to follow: what comes afterwards must come
  for (int number = 0; number < 10; ++number)
    get_as(system, "/api/v1/ml/models", "asked-after-" + std::to_string(number));
  follower.join();
  for (int number = 0; number < 10; ++number) {
    EXPECT_THAT(followed.output, HasSubstr("request_id=asked-after-" + std::to_string(number)));
  }
}

}  // namespace
}  // namespace valion::functional
