// Jobs through the gateway, of a whole system: a training of many sales is long enough to be watched, killed and cancelled.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/co_spawn.hpp>

#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "contracts/platform.hpp"
#include "functional/running_system.hpp"
#include "platform/http/client.hpp"
#include "platform/json/described.hpp"

namespace valion::functional {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kOptions = R"({"name":"sales","target":"price"})";

// Enough sales that training takes longer than killing a process.
std::string many_sales() {
  std::string csv = "date,area,rooms,price\n";
  for (int row = 0; row < 20000; ++row) {
    const int year = 2010 + row % 10;
    const int area = 40 + (row * 37) % 200;
    csv += std::to_string(year) + "-0" + std::to_string(1 + row % 9) + "-15," + std::to_string(area) + "," +
           std::to_string(1 + row % 6) + "," + std::to_string(area * (900 + (row * 7919) % 300)) + "\n";
  }
  return csv;
}

std::string training_of(const Hash& version) {
  contracts::TrainingRequest request;
  request.name = "many sales";
  request.version = version;
  request.target = "price";
  request.currency = "USD";
  request.area_unit = "m2";
  request.features = {{"area", "log"}, {"rooms", "none"}};
  request.split = {"date", *Date::parse("2017-01-01"), *Date::parse("2017-12-31"), *Date::parse("2018-01-01"),
                   std::nullopt};
  return json::encode(request);
}

// One system for all cases; each has its own jobs.
class Jobs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = new RunningSystem({}, {{"VALION_JOB_HEARTBEAT_MS", "300"}});
    const auto version =
        json::decode<contracts::DatasetVersion>(system_->upload(many_sales(), kOptions).body, json::Unknown::ignored);
    training_ = training_of(version.value().version);
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(system_->stop(), 0);
    delete system_;
  }
  static Answer train(const std::map<std::string, std::string>& headers = {}, const std::string& query = {}) {
    Call call{
        .method = http::Method::post, .target = "/api/v1/ml/models" + query, .headers = headers, .body = training_};
    call.headers["Content-Type"] = "application/json";
    return system_->call(call);
  }
  static contracts::JobView look(const std::string& location) {
    return json::decode<contracts::JobView>(system_->get(location).body).value();
  }
  static bool becomes(const std::string& location, const std::string& state) {
    return eventually([&] { return look(location).state == state; }, std::chrono::seconds(60));
  }
  static void cancel(const std::string& location) {
    system_->post(location + "/cancel", "");
    EXPECT_TRUE(eventually([&] { return look(location).finished_at.has_value(); }));
  }

  static RunningSystem* system_;
  static std::string training_;
};
RunningSystem* Jobs::system_ = nullptr;
std::string Jobs::training_;

TEST_F(Jobs, AKilledWorkersJobGoesOnWhenItsServiceIsBack) {
  const Answer accepted = train();
  ASSERT_EQ(accepted.status, 202) << accepted.body;
  const std::string job = accepted.headers.at("location");
  EXPECT_THAT(job, StartsWith("/api/v1/jobs/job-"));
  ASSERT_TRUE(becomes(job, "running"));
  kill(system_->processes("ml_service").front(), SIGKILL);
  ASSERT_TRUE(becomes(job, "succeeded")) << look(job).state;
  EXPECT_EQ(look(job).attempt, 2);
  const auto model = json::decode<contracts::ModelRecord>(look(job).result->text, json::Unknown::ignored);
  ASSERT_TRUE(model) << model.error().message;
  EXPECT_EQ(system_->get("/api/v1/ml/models/" + model->model.text()).status, 200);
}

TEST_F(Jobs, ARunningJobCanBeCancelled) {
  const std::string job = train().headers.at("location");
  ASSERT_TRUE(becomes(job, "running"));
  EXPECT_EQ(system_->post(job + "/cancel", "").status, 202);
  EXPECT_TRUE(becomes(job, "cancelled"));
  EXPECT_EQ(system_->post(job + "/cancel", "").status, 409);
}

TEST_F(Jobs, AreWatchedThroughTheGatewayWhileTheyRun) {
  const std::string job = train().headers.at("location");
  asio::io_context loop{1};
  http::Client client(loop.get_executor());
  http::ClientRequest request;
  const std::string gateway = system_->gateway();
  request.port = static_cast<std::uint16_t>(std::stoi(gateway.substr(gateway.rfind(':') + 1)));
  request.target = job + "/events";
  request.headers.set("Authorization", "Bearer " + system_->token());
  std::vector<std::string> states;  // in the order in which events came
  std::string text, type;
  const auto watch = [&]() -> Async<void> {
    auto response = co_await client.send(std::move(request));
    if (!response) co_return;
    type = response->headers.find("Content-Type").value_or("");
    bool more = true;
    while (more) {
      auto piece = co_await response->body->read_some();
      more = piece && !piece->empty();
      if (!more) break;
      text += *piece;
      states.push_back(look(job).state);
    }
  };
  asio::co_spawn(loop.get_executor(), watch(), [&loop](std::exception_ptr) { loop.stop(); });
  loop.run();
  EXPECT_EQ(type, "text/event-stream");
  ASSERT_GE(states.size(), 3u) << text;
  EXPECT_NE(states.front(), "succeeded") << "the first piece came before the job had ended: nothing holds events back";
  EXPECT_THAT(text, AllOf(HasSubstr("event: progress"), HasSubstr("event: end"), HasSubstr("\"state\":\"succeeded\"")));
}

TEST_F(Jobs, AreListedNewestFirst) {
  const std::string first = train({}, "?priority=low").headers.at("location");
  const std::string second = train().headers.at("location");
  const auto page = json::decode<contracts::JobList>(system_->get("/api/v1/jobs?limit=1&kind=ml.training").body);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_EQ(page->jobs.size(), 1u);
  EXPECT_EQ("/api/v1/jobs/" + page->jobs.front().id, second);
  ASSERT_TRUE(page->next);
  const auto next = json::decode<contracts::JobList>(system_->get("/api/v1/jobs?limit=1&after=" + *page->next).body);
  EXPECT_EQ("/api/v1/jobs/" + next->jobs.front().id, first);
  EXPECT_EQ(next->jobs.front().priority, "low");
  cancel(first);
  cancel(second);
  EXPECT_EQ(system_->get("/api/v1/jobs/dead").status, 200) << "the command line's user is an admin";
}

TEST_F(Jobs, OneIdempotencyKeyIsOneTraining) {
  const Answer first = train({{"Idempotency-Key", "training-1"}});
  EXPECT_EQ(first.status, 202);
  const Answer again = train({{"Idempotency-Key", "training-1"}});
  EXPECT_EQ(again.status, 202);
  EXPECT_EQ(again.headers.at("location"), first.headers.at("location"));
  EXPECT_EQ(again.headers.at("idempotent-replayed"), "true");
  EXPECT_EQ(train({{"Idempotency-Key", "training-1"}}, "?priority=low").status, 422);
  cancel(first.headers.at("location"));
}

TEST_F(Jobs, APatientClientGetsTheResultAtOnce) {
  const Answer done = train({{"Prefer", "wait=60"}});
  EXPECT_EQ(done.status, 200) << done.body;
  EXPECT_EQ(json::decode<contracts::JobView>(done.body)->state, "succeeded");
}

}  // namespace
}  // namespace valion::functional
