// Jobs over HTTP, on a running service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contracts/platform.hpp"
#include "platform/service/running_service.hpp"
#include "platform/service/small_service.hpp"

namespace valion {
namespace {

using ::testing::AllOf;
using testing::Answer;
using testing::eventually;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Running = testing::RunningService<TestService>;

class JobsHttpTest : public ::testing::Test {
 protected:
  JobsHttpTest() {
    settings_.home = folder_.path();
    settings_.drain = 5s;
    settings_.heartbeat = 100ms;
    settings_.redis_url = redis_.url();
  }
  [[nodiscard]] std::string token(const std::vector<std::string>& roles = {"appraiser"},
                                  const std::string& user = "ana", const std::string& tenant = "acme") const {
    const auto key = auth::SigningKey::load_or_create(folder_.path() / "secrets" / "internal.key");
    const auth::TokenSettings settings{auth::kInternalAudience, 60s, 5s};
    return auth::issue_token(key, settings, Principal{tenant, user, roles}, std::chrono::system_clock::now());
  }
  Answer greet(Running& service, const std::string& body, const std::string& key, const std::string& who = {}) {
    auto request = Running::request(http::Method::post, "/quick-jobs", who.empty() ? token() : who);
    request.headers.set("Content-Type", "application/json");
    if (!key.empty()) request.headers.set("Idempotency-Key", key);
    request.body = body;
    return service.call(std::move(request));
  }
  contracts::JobView look(Running& service, const std::string& location) {
    return json::decode<contracts::JobView>(service.get(location, token()).body).value();
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
};

const std::string kHello = R"({"text":"hello","times":1})";

TEST_F(JobsHttpTest, AcceptsAJobAndWaitsWhenAsked) {
  Running service(settings_);
  const Answer accepted = greet(service, kHello, {});
  EXPECT_EQ(accepted.status, 202);
  const std::string job = accepted.header("Location");
  EXPECT_THAT(job, StartsWith("/jobs/job-"));
  ASSERT_TRUE(eventually([&] { return look(service, job).state == "succeeded"; }));
  const auto view = look(service, job);
  EXPECT_THAT(view.result->text, HasSubstr(R"("text":"hello")"));
  EXPECT_EQ(view.attempt, 1);
  EXPECT_EQ(view.priority, "normal");

  auto patient = Running::request(http::Method::post, "/quick-jobs?priority=high", token());
  patient.headers.set("Prefer", "respond-async, wait=10");
  patient.headers.set("Content-Type", "application/json");
  patient.body = kHello;
  const Answer done = service.call(std::move(patient));
  EXPECT_EQ(done.status, 200);
  EXPECT_THAT(done.body, AllOf(HasSubstr(R"("state":"succeeded")"), HasSubstr(R"("priority":"high")")));
  EXPECT_EQ(done.header("Preference-Applied"), "wait=10");
  EXPECT_EQ(service.post("/quick-jobs?priority=urgent", token(), kHello).status, 422);
}

TEST_F(JobsHttpTest, CancelsAJobOnce) {
  Running service(settings_);
  const std::string job = service.post("/endless-jobs", token(), "{}").header("Location");
  ASSERT_TRUE(eventually([&] { return look(service, job).state == "running"; }));
  EXPECT_EQ(service.post(job + "/cancel", token(), "").status, 202);
  EXPECT_TRUE(eventually([&] { return look(service, job).state == "cancelled"; }));
  EXPECT_EQ(service.post(job + "/cancel", token(), "").status, 409);
  EXPECT_EQ(service.post(job + "/cancel", token({}, "eve", "other"), "").status, 404);
}

TEST_F(JobsHttpTest, TellsWhatHappensAsEvents) {
  Running service(settings_);
  const std::string job = service.post("/endless-jobs", token(), "{}").header("Location");
  ASSERT_TRUE(eventually([&] { return look(service, job).progress.stage == "waiting for the end"; }));

  // Pieces arrive while the job runs: nothing waits for its end.
  http::Client client(service.loop().executor());
  auto request = Running::request(http::Method::get, job + "/events", token());
  request.port = service.port();
  auto response = service.loop().run(client.send(std::move(request)));
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->headers.find("Content-Type").value_or(""), "text/event-stream");
  std::string text;
  while (text.find("waiting for the end") == std::string::npos) {
    auto piece = service.loop().run(response->body->read_some());
    ASSERT_TRUE(piece) << piece.error().message;
    ASSERT_FALSE(piece->empty()) << text;
    text += *piece;
  }
  EXPECT_THAT(text, AllOf(HasSubstr("event: progress\ndata: {"), HasSubstr(R"("done":1)"), HasSubstr(R"("total":4)")));

  EXPECT_EQ(service.post(job + "/cancel", token(), "").status, 202);
  auto rest = service.loop().run(http::read_all(*response->body, 1 << 20));
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_THAT(*rest, AllOf(HasSubstr("event: end\n"), HasSubstr(R"("state":"cancelled")")));

  // Who comes back is told only what is newer, and always the end.
  auto again = Running::request(http::Method::get, job + "/events", token());
  again.headers.set("Last-Event-ID", "1");
  const Answer later = service.call(std::move(again));
  EXPECT_THAT(later.body, AllOf(HasSubstr("event: end\n"), Not(HasSubstr("event: progress"))));
  EXPECT_EQ(service.get(job + "/events", token({}, "eve", "other")).status, 404);
}

TEST_F(JobsHttpTest, StopsAlthoughSomebodyWatches) {
  settings_.drain = 8s;
  Running service(settings_);
  const std::string job = service.post("/endless-jobs", token(), "{}").header("Location");
  http::Client client(service.loop().executor());
  auto request = Running::request(http::Method::get, job + "/events", token());
  request.port = service.port();
  auto response = service.loop().run(client.send(std::move(request)));
  ASSERT_TRUE(response);
  service.signal(SIGTERM);
  auto rest = service.loop().run(http::read_all(*response->body, 1 << 20));
  EXPECT_TRUE(rest) << "the stream ended in good order";
  EXPECT_EQ(service.wait(), 0);
}

TEST_F(JobsHttpTest, ListsJobsInPages) {
  Running service(settings_);
  std::vector<std::string> locations;
  for (int i = 0; i < 5; ++i) locations.push_back(greet(service, kHello, {}).header("Location"));
  const Answer first = service.get("/jobs?limit=2&kind=test.quick", token());
  const auto page = json::decode<contracts::JobList>(first.body);
  ASSERT_TRUE(page) << first.body;
  ASSERT_EQ(page->jobs.size(), 2u);
  EXPECT_EQ("/jobs/" + page->jobs[0].id, locations[4]);
  EXPECT_EQ(page->next, page->jobs[1].id);
  EXPECT_EQ(first.header("Link"), "</jobs?after=" + *page->next + "&kind=test.quick&limit=2>; rel=\"next\"");
  const auto last = json::decode<contracts::JobList>(service.get("/jobs?limit=3&after=" + *page->next, token()).body);
  ASSERT_EQ(last->jobs.size(), 3u);
  EXPECT_EQ("/jobs/" + last->jobs[2].id, locations[0]);
  EXPECT_FALSE(last->next);
  EXPECT_EQ(service.get("/jobs", token({}, "eve", "other")).body, R"({"jobs":[]})");
  const Answer wrong = service.get("/jobs?limit=0&state=asleep&page=2", token());
  EXPECT_EQ(wrong.status, 422);
  for (const char* pointer : {"/limit", "/state", "/page"}) EXPECT_THAT(wrong.body, HasSubstr(pointer));
}

TEST_F(JobsHttpTest, LetsAdminsReplayDeadLetters) {
  Running service(settings_);
  const std::string job = service.post("/failing-jobs", token(), "{}").header("Location");
  ASSERT_TRUE(eventually([&] { return look(service, job).state == "failed"; }));
  EXPECT_EQ(look(service, job).error->kind, "timeout");
  EXPECT_EQ(service.get("/jobs/dead", token()).status, 403);
  EXPECT_EQ(service.post(job + "/replay", token(), "").status, 403);
  const std::string stranger = token({"admin"}, "root", "operations");
  EXPECT_EQ(json::decode<contracts::JobList>(service.get("/jobs/dead", stranger).body)->jobs.size(), 0u);
  EXPECT_EQ(service.post(job + "/replay", stranger, "").status, 404);
  const std::string admin = token({"admin"}, "root", "default");
  const auto letters = json::decode<contracts::JobList>(service.get("/jobs/dead", admin).body);
  ASSERT_EQ(letters->jobs.size(), 1u);
  EXPECT_EQ("/jobs/" + letters->jobs[0].id, job);
  EXPECT_EQ(service.post(job + "/replay", admin, "").status, 202);
  ASSERT_TRUE(eventually([&] { return look(service, job).state == "failed"; }));
  EXPECT_EQ(service.post("/jobs/job-unknown/replay", admin, "").status, 404);
}

TEST_F(JobsHttpTest, AnswersARepeatedRequestWithTheSameJob) {
  Running service(settings_);
  const Answer first = greet(service, kHello, "key-1");
  EXPECT_EQ(first.status, 202);
  const Answer again = greet(service, kHello, "key-1");
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.header("Idempotent-Replayed"), "true");
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(greet(service, R"({"text":"another","times":1})", "key-1").status, 422);
  EXPECT_NE(greet(service, kHello, "key-1", token({}, "bia")).header("Location"), first.header("Location"));
  EXPECT_NE(greet(service, kHello, "key-2").header("Location"), first.header("Location"));
  EXPECT_EQ(greet(service, kHello, std::string(256, 'k')).status, 400);
  // A refused request keeps no key.
  EXPECT_EQ(greet(service, R"({"txt":"misspelt"})", "key-3").status, 422);
  EXPECT_EQ(greet(service, kHello, "key-3").status, 202);
}

TEST_F(JobsHttpTest, RefusesARepetitionWhileTheFirstIsInFlight) {
  Running service(settings_);
  const auto slow = [&](const std::string& key) {
    auto request = Running::request(http::Method::post, "/patient-jobs", token());
    request.headers.set("Content-Type", "application/json");
    request.headers.set("Idempotency-Key", key);
    request.body = kHello;
    return request;
  };
  Result<Answer> first = fail(ErrorKind::internal, "no answer yet");
  bool answered = false;
  asio::co_spawn(service.loop().executor(), service.send(slow("k")), [&](std::exception_ptr, Result<Answer> answer) {
    first = std::move(answer);
    answered = true;
  });
  service.loop().run_until([&] { return std::filesystem::exists(folder_.path() / "patience"); });
  EXPECT_EQ(service.call(slow("k")).status, 409);
  std::ofstream(folder_.path() / "go-on");
  service.loop().run_until([&] { return answered; });
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->status, 202);
  EXPECT_EQ(service.call(slow("k")).header("Location"), first->header("Location"));
}

TEST_F(JobsHttpTest, CountsJobs) {
  Running service(settings_);
  const std::string job = service.post("/failing-jobs", token(), "{}").header("Location");
  ASSERT_TRUE(eventually([&] { return look(service, job).state == "failed"; }));
  ASSERT_TRUE(eventually([&] { return service.get("/metrics").body.find("jobs_dead") != std::string::npos; }));
  const std::string metrics = service.get("/metrics").body;
  for (const char* series : {"jobs_total{", "job_duration_seconds_count{", "jobs_running{", R"(kind="test.failing")",
                             R"(outcome="failed")"}) {
    EXPECT_THAT(metrics, HasSubstr(series));
  }
}

}  // namespace
}  // namespace valion
