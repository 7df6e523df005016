#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include "contracts/platform.hpp"
#include "platform/service/dependency_checks.hpp"
#include "platform/service/fetch_json.hpp"
#include "platform/service/read_json.hpp"
#include "platform/service/running_service.hpp"
#include "platform/service/small_service.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::Answer;
using ::testing::ContainsRegex;
using testing::content_of;
using ::testing::ElementsAre;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> names_of(const contracts::HealthView& health) {
  std::vector<std::string> names;
  for (const contracts::DependencyView& each : health.dependencies) names.push_back(each.name);
  return names;
}

using Running = testing::RunningService<TestService>;

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    settings_.home = folder_.path();
    settings_.drain = 5s;
    settings_.heartbeat = 100ms;
  }
  [[nodiscard]] std::string token(std::string_view audience, std::chrono::seconds age = 0s,
                                  const std::string& role = "appraiser") const {
    const auto key = auth::SigningKey::load_or_create(folder_.path() / "secrets" / "internal.key");
    const auth::TokenSettings settings{audience, 60s, 5s};
    return auth::issue_token(key, settings, Principal{"acme", "ana", {role}}, std::chrono::system_clock::now() - age);
  }
  [[nodiscard]] std::string token() const { return token(auth::kInternalAudience); }
  [[nodiscard]] std::string log() const { return content_of(folder_.path() / "logs" / "test_service.log"); }

  testing::TemporaryFolder folder_;
  Settings settings_;
};

TEST_F(ServiceTest, DoesNothingForACallerWhoHasGivenUp) {
  Running service(settings_);
  http::ClientRequest late = Running::request(http::Method::get, "/slow", token());
  late.headers.set("X-Request-Deadline", "0");
  const Answer answer = service.call(late);
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, HasSubstr("deadline"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "slow-began")) << "the handler did not run";
  http::ClientRequest unclear = Running::request(http::Method::get, "/who", token());
  unclear.headers.set("X-Request-Deadline", "soon");
  EXPECT_EQ(service.call(unclear).status, 400);
}

TEST_F(ServiceTest, IsHealthyWithoutAToken) {
  Running service(settings_);
  ASSERT_GT(service.port(), 0) << service.said();
  EXPECT_EQ(service.get("/health/live").status, 200);
  EXPECT_EQ(service.get("/health/ready").status, 200);
  const Answer answer = service.get("/health");
  EXPECT_EQ(answer.status, 200);
  const auto health = json::decode<contracts::HealthView>(answer.body);
  ASSERT_TRUE(health) << answer.body;
  EXPECT_EQ(health->service, "test_service");
  EXPECT_THAT(health->instance, StartsWith("test_service-"));
  EXPECT_EQ(health->status, "degraded") << "there is no Redis";
  EXPECT_THAT(health->version, HasSubstr("."));
  EXPECT_EQ(health->dependencies.front().name, "redis");
  EXPECT_THAT(names_of(*health), ElementsAre("redis", "registry", "jobs database", "home"));
  EXPECT_EQ(health->dependencies[2].status, "up");
  EXPECT_EQ(health->dependencies[3].status, "up") << health->dependencies[3].detail;
  EXPECT_GT(health->metrics.at("proportional_bytes"), 1e6);
}

// What hangs must not make the answer hang, nor be asked again and again.
TEST_F(ServiceTest, AnswersForWhatHangs) {
  settings_.redis_url.clear();
  std::ofstream(folder_.path() / "own-check-hangs");
  Running service(settings_);
  const auto began = std::chrono::steady_clock::now();
  const auto health = json::decode<contracts::HealthView>(service.get("/health").body);
  ASSERT_TRUE(health);
  EXPECT_EQ(health->status, "down");
  EXPECT_EQ(health->dependencies.front().name, "service");
  EXPECT_THAT(health->dependencies.front().detail, StartsWith("timed out"));
  const Answer ready = service.get("/health/ready");
  EXPECT_EQ(ready.status, 503);
  EXPECT_THAT(ready.body, HasSubstr("timed out"));
  EXPECT_EQ(service.get("/health/live").status, 200);
  EXPECT_THAT(service.get("/metrics").body, HasSubstr("process_start_time_seconds"));
  std::printf("answered in %.0f ms altogether\n",
              std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
  std::filesystem::remove(folder_.path() / "own-check-hangs");
  EXPECT_TRUE(eventually([&] { return service.get("/health/ready").status == 200; }));
  EXPECT_EQ(content_of(folder_.path() / "own-checks-begun"), "x") << "one question was enough while it hung";
}

TEST_F(ServiceTest, ShowsAPausedRedisAsTimedOut) {
  testing::PrivateRedis redis;
  settings_.redis_url = redis.url();
  Running service(settings_);
  const auto redis_detail = [&] {
    const auto health = json::decode<contracts::HealthView>(service.get("/health").body);
    return health->dependencies.front().status + " " + health->dependencies.front().detail;
  };
  EXPECT_TRUE(eventually([&] { return redis_detail() == "up "; }));
  redis.hang();
  EXPECT_THAT(redis_detail(), StartsWith("down timed out"));
  redis.wake();
  EXPECT_TRUE(eventually([&] { return redis_detail() == "up "; }));
  const std::string metrics = service.get("/metrics").body;
  EXPECT_THAT(metrics, ContainsRegex("redis_commands_total\\{[^}]*outcome=\"answered\"\\} [1-9]"));
  EXPECT_THAT(metrics, HasSubstr("redis_command_duration_seconds_count"));
}

TEST(Disk, IsDownWhenThereIsNoRoom) {
  EXPECT_TRUE(judge_disk(disk_space("/")).up);
  const auto full = judge_disk(DiskSpace{100u << 20, 1u << 30});
  EXPECT_FALSE(full.up);
  EXPECT_THAT(full.detail, HasSubstr("100 MiB"));
  EXPECT_THAT(judge_disk(disk_space("/no/such/folder")).detail, HasSubstr("/no/such/folder"));
}

TEST_F(ServiceTest, ChangesItsLogLevelForAdministratorsWhileItRuns) {
  Running service(settings_);
  const auto put = [&](const std::string& body, const std::string& bearer) {
    http::ClientRequest request = Running::request(http::Method::put, "/internal/log-level", bearer);
    request.headers.set("Content-Type", "application/json");
    request.body = body;
    return service.call(std::move(request));
  };
  const std::string admin = token(auth::kInternalAudience, 0s, "admin");
  EXPECT_EQ(put(R"({"level":"error"})", "").status, 401);
  EXPECT_EQ(put(R"({"level":"error"})", token()).status, 403) << "an appraiser";
  EXPECT_EQ(put(R"({"level":"error"})", token(auth::kClientAudience, 0s, "admin")).status, 401);
  EXPECT_EQ(put(R"({"level":"loud"})", admin).status, 422);
  EXPECT_EQ(service.get("/internal/log-level", admin).body, R"({"level":"info"})");
  EXPECT_EQ(put(R"({"level":"error"})", admin).body, R"({"level":"error"})");
  EXPECT_THAT(log(), HasSubstr("log level changed"));
  service.get("/who/unheard-of", token());
  EXPECT_EQ(put(R"({"level":"debug"})", token(auth::kInternalAudience, 0s, "service")).status, 200);
  service.get("/who/heard-of", token());
  EXPECT_TRUE(eventually([&] { return log().find("heard-of") != std::string::npos; }));
  EXPECT_THAT(log(), Not(HasSubstr("unheard-of")));
}

TEST_F(ServiceTest, RefusesWhoeverDoesNotProveWhoTheyAre) {
  Running service(settings_);
  const auto expect_refused = [&](const Answer& answer, const std::string& words) {
    EXPECT_EQ(answer.status, 401);
    EXPECT_THAT(answer.header("Content-Type"), StartsWith("application/problem+json"));
    EXPECT_THAT(answer.body, HasSubstr(words));
    EXPECT_THAT(answer.header("WWW-Authenticate"), StartsWith("Bearer"));
  };
  expect_refused(service.get("/who"), "unauthenticated");
  expect_refused(service.get("/who", "e30.e30.e30"), "unauthenticated");
  expect_refused(service.get("/who", token(auth::kClientAudience)), "unauthenticated");
  expect_refused(service.get("/who", token(auth::kInternalAudience, 120s)), "expired");
  EXPECT_EQ(service.get("/jobs/x").status, 401);
}

TEST_F(ServiceTest, ActsForWhoeverTheTokenNames) {
  Running service(settings_);
  http::ClientRequest request = Running::request(http::Method::get, "/who", token());
  request.headers.set("X-Request-Id", "request-of-ana");
  request.headers.set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
  const Answer answer = service.call(std::move(request));
  EXPECT_EQ(
      answer.body,
      R"({"tenant":"acme","user":"ana","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","request_id":"request-of-ana"})");
  EXPECT_EQ(answer.header("X-Request-Id"), "request-of-ana");
  ASSERT_TRUE(eventually([&] { return log().find("\"/who\"") != std::string::npos; }));
  for (const char* part : {"\"method\":\"GET\"", "\"status\":200", "request-of-ana", "4bf92f3577b34da6a3ce929d0e0e4736",
                           "\"tenant\":\"acme\"", "\"user_id\":\"ana\"", "\"ms\":", "\"bytes\":"}) {
    EXPECT_THAT(log(), HasSubstr(part));
  }
}

TEST_F(ServiceTest, CountsRequestsByRouteTemplate) {
  Running service(settings_);
  service.get("/who", token());
  service.get("/jobs/no-such-job", token());
  service.get("/somewhere/else/4711", token());
  const std::string metrics = service.get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("http_requests_total"));
  EXPECT_THAT(metrics, HasSubstr("route=\"/jobs/{id}\""));
  EXPECT_THAT(metrics, HasSubstr("route=\"none\""));
  EXPECT_THAT(metrics, HasSubstr("http_request_duration_seconds_bucket"));
  EXPECT_THAT(metrics, Not(HasSubstr("4711"))) << "strangers must not be able to add series";
  EXPECT_THAT(metrics, HasSubstr("service=\"test_service\""));
}

TEST_F(ServiceTest, KeepsItsOwnFaultsToItself) {
  Running service(settings_);
  const Answer answer = service.get("/throws", token());
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, Not(HasSubstr("secret")));
  EXPECT_THAT(answer.body, HasSubstr(answer.header("X-Request-Id")));
  EXPECT_THAT(log(), HasSubstr("a secret of the database"));
  EXPECT_EQ(service.get("/who", token()).status, 200) << "the service is still up";
}

TEST_F(ServiceTest, ReadsJsonAndNothingElse) {
  Running service(settings_);
  EXPECT_EQ(service.post("/greetings", token(), R"({"text":"olá","times":2})").body, R"({"text":"olá","times":2})");
  EXPECT_EQ(service.post("/greetings", token(), R"({"text":)").status, 400);
  const Answer invalid = service.post("/greetings", token(), R"({"texts":"a"})");
  EXPECT_EQ(invalid.status, 422);
  for (const char* pointer : {"/text\"", "/times\"", "/texts\""}) EXPECT_THAT(invalid.body, HasSubstr(pointer));
  http::ClientRequest form = Running::request(http::Method::post, "/greetings", token());
  form.headers.set("Content-Type", "text/plain");
  form.body = std::string("{}");
  EXPECT_EQ(service.call(std::move(form)).status, 415);
}

TEST_F(ServiceTest, FindsOthersThroughTheRegistryAndCallsInTheCallersName) {
  const testing::PrivateRedis redis;
  settings_.redis_url = redis.url();
  Running service(settings_);
  EXPECT_TRUE(eventually([&] { return service.get("/who/through/registry", token()).status == 200; }));
  const Answer answer = service.get("/who/through/registry", token());
  EXPECT_THAT(answer.body, HasSubstr(R"("tenant":"acme","user":"ana")"));
  EXPECT_THAT(answer.body, HasSubstr(answer.header("X-Request-Id")));
  http::ClientRequest from_job = Running::request(http::Method::get, "/who/from/a/job", token());
  from_job.headers.set("Prefer", "wait=10");
  EXPECT_THAT(service.call(std::move(from_job)).body, HasSubstr(R"("result":{"tenant":"acme","user":"ana")"));
  EXPECT_THAT(service.get("/health").body, HasSubstr(R"("status":"up")"));
}

TEST_F(ServiceTest, RegistersWhenRedisComesLater) {
  testing::PrivateRedis redis;
  settings_.redis_url = redis.url();
  redis.crash();
  Running service(settings_);
  ASSERT_GT(service.port(), 0) << service.said();
  EXPECT_EQ(service.get("/who/through/registry", token()).status, 503);
  redis.start();
  EXPECT_TRUE(eventually([&] { return service.get("/who/through/registry", token()).status == 200; }));
}

TEST_F(ServiceTest, FinishesRunningRequestsBeforeItStops) {
  Running service(settings_);
  Result<Answer> slow = fail(ErrorKind::internal, "no answer yet");
  bool answered = false;
  asio::co_spawn(service.loop().executor(), service.send(Running::request(http::Method::get, "/slow", token())),
                 [&](std::exception_ptr, Result<Answer> answer) {
                   slow = std::move(answer);
                   answered = true;
                 });
  service.loop().run_until([&] { return std::filesystem::exists(folder_.path() / "slow-began"); });
  service.signal(SIGTERM);
  ASSERT_TRUE(eventually([&] { return log().find("stopping") != std::string::npos; }));
  std::ofstream(folder_.path() / "go-on");
  service.loop().run_until([&] { return answered; });
  ASSERT_TRUE(slow) << slow.error().message;
  EXPECT_EQ(slow->body, "done");
  EXPECT_EQ(service.wait(), 0);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "cleaned-up"));
}

TEST_F(ServiceTest, StopsWithoutWaitingForEndlessJobs) {
  Running service(settings_);
  service.post("/endless-jobs", token(), "{}");
  EXPECT_EQ(service.end(SIGINT), 0);
}

TEST_F(ServiceTest, SaysWhyItCannotStart) {
  Running first(settings_);
  settings_.ports["test_service"] = first.port();
  Running second(settings_);
  EXPECT_EQ(second.wait(), 1);
  EXPECT_THAT(second.said(), HasSubstr("127.0.0.1:" + std::to_string(first.port())));
  EXPECT_THAT(second.said(), HasSubstr("--port"));

  settings_.home = "/proc/valion";
  Running homeless(settings_);
  EXPECT_EQ(homeless.wait(), 1);
  EXPECT_THAT(homeless.said(), HasSubstr("/proc/valion"));
  EXPECT_THAT(homeless.said(), HasSubstr("VALION_HOME"));
}

TEST_F(ServiceTest, TwoProcessesLogToTwoFiles) {
  Running first(settings_);
  Running second(settings_);
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "logs" / "test_service.log"));
  EXPECT_TRUE(std::filesystem::exists(folder_.path() / "logs" / "test_service-2.log"));
}

}  // namespace
}  // namespace valion
