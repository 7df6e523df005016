// Jobs when processes die, stand still or come back, and when Redis goes: real processes of one service, one home.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <set>

#include "contracts/platform.hpp"
#include "platform/service/fetch_json.hpp"
#include "platform/service/job_kinds.hpp"
#include "platform/service/read_json.hpp"
#include "platform/service/running_service.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using ::testing::HasSubstr;

struct Steps {
  std::int64_t steps = 1;
};
BOOST_DESCRIBE_STRUCT(Steps, (), (steps))

// Its jobs leave a row for each effect and a line for each beginning, so that a test can count both.
class FaultService final : public BaseService {
 public:
  static constexpr std::string_view kName = "fault_service";
  [[nodiscard]] std::string_view name() const override { return kName; }

  void routes(http::Router& router) override {
    for (const std::string kind : {"steps", "stubborn", "poison"}) {
      router.add(http::Method::post, "/" + kind,
                 [this, kind](http::Request& request) { return submit(request, kind); });
    }
  }
  Async<Result<void>> initialize() override {
    const std::vector<sql::Migration> tables{{"create effects", "create table effects (job text not null)"}};
    context().jobs_database.migrate("fault_test", tables);
    const auto steps = [this](const Steps& asked, const CallOrigin&, jobs::JobContext& job) {
      return count(asked, job);
    };
    handle_job<Steps>(context(), "steps", steps);
    const auto stubborn = [this](jobs::JobContext& job) { return ignore_everything(job); };
    context().jobs.handle("stubborn", stubborn);
    jobs::KindOptions twice;
    twice.max_attempts = 2;
    const auto poison = [this](jobs::JobContext& job) { return kill_the_worker(job); };
    context().jobs.handle("poison", poison, twice);
    co_return Result<void>{};
  }

 private:
  Async<Result<http::Response>> submit(http::Request& request, std::string kind) {
    VALION_CO_TRY_ASSIGN(const auto asked, co_await read_json<Steps>(request));
    auto response = co_await submit_job(context(), request, kind, asked);
    co_return response;
  }
  void note(const std::string& what, const jobs::JobContext& job) {
    std::ofstream(context().home / what, std::ios::app) << job.job().id + " " + std::to_string(getpid()) + "\n";
  }
  static void leave_effect(jobs::JobContext& job) {
    job.with_success([id = job.job().id](soci::session& session) {
      session << "insert into effects (job) values (:id)", soci::use(id);
    });
  }
  Result<std::string> count(const Steps& asked, jobs::JobContext& job) {
    note("began", job);
    leave_effect(job);
    const int first = job.job().checkpoint.empty() ? 0 : std::stoi(job.job().checkpoint);
    for (int step = first; step < asked.steps; ++step) {
      if (job.cancelled()) return fail(ErrorKind::cancelled, "stopped at step " + std::to_string(step));
      job.checkpoint(std::to_string(step));
      job.progress(step, static_cast<double>(asked.steps), "step " + std::to_string(step));
      std::this_thread::sleep_for(10ms);
    }
    return "{\"from\":" + std::to_string(first) + "}";
  }
  // The first attempt does not listen, and comes to its end only when it is let go.
  Result<std::string> ignore_everything(jobs::JobContext& job) {
    note("began", job);
    leave_effect(job);
    if (job.job().attempt > 1) return "\"second\"";
    while (!std::filesystem::exists(context().home / "let-go")) std::this_thread::sleep_for(5ms);
    note("came-back", job);
    return "\"first\"";
  }
  Result<std::string> kill_the_worker(jobs::JobContext& job) {
    note("began", job);
    leave_effect(job);
    if (!std::filesystem::exists(context().home / "antidote")) raise(SIGKILL);
    return "\"survived\"";
  }
};

using Running = testing::RunningService<FaultService>;

class JobsFaultsTest : public ::testing::Test {
 protected:
  JobsFaultsTest() {
    settings_ = testing::settings_for(folder_.path(), redis_.url(), {"fault_service"});
    settings_.job_heartbeat = 200ms;  // dead after one second
  }
  std::unique_ptr<Running> start() {
    auto made = std::make_unique<Running>(settings_);
    EXPECT_GT(made->port(), 0) << made->said();
    return made;
  }
  [[nodiscard]] std::string token(const std::vector<std::string>& roles = {"appraiser"}) const {
    const auto key = auth::SigningKey::load_or_create(folder_.path() / "secrets" / "internal.key");
    const auth::TokenSettings settings{auth::kInternalAudience, 60s, 5s};
    return auth::issue_token(key, settings, Principal{"acme", "ana", roles}, std::chrono::system_clock::now());
  }
  std::string submit(Running& service, const std::string& kind, int steps) {
    const auto answer = service.post("/" + kind, token(), "{\"steps\":" + std::to_string(steps) + "}");
    EXPECT_EQ(answer.status, 202) << answer.body;
    return answer.header("Location");
  }
  contracts::JobView look(Running& service, const std::string& location) {
    return json::decode<contracts::JobView>(service.get(location, token()).body).value();
  }
  // The processes that began this job, in order.
  std::vector<std::string> workers_of(const std::string& location) {
    std::ifstream file(folder_.path() / "began");
    std::vector<std::string> pids;
    for (std::string job, pid; file >> job >> pid;) {
      if ("/jobs/" + job == location) pids.push_back(pid);
    }
    return pids;
  }
  std::map<std::string, int> effects() {
    sql::Database database("sqlite:" + (folder_.path() / "db" / "jobs.db").string(), 1);
    std::map<std::string, int> counts;
    EXPECT_TRUE(database.transact(
        [&](soci::session& session) {
          const soci::rowset<std::string> rows = (session.prepare << "select job from effects");
          for (const std::string& job : rows) ++counts["/jobs/" + job];
          return true;
        },
        sql::Access::read));
    return counts;
  }
  // The one of the two that works on this job, once it does; the other is left in `other`.
  std::unique_ptr<Running> take_worker(const std::string& job, std::unique_ptr<Running>& a,
                                       std::unique_ptr<Running>& b) {
    EXPECT_TRUE(eventually([&] { return !workers_of(job).empty(); }));
    auto& worker = workers_of(job).back() == std::to_string(a->pid()) ? a : b;
    auto taken = std::move(worker);
    if (!a) a = std::move(b);
    return taken;
  }

  testing::PrivateRedis redis_;
  testing::TemporaryFolder folder_;
  Settings settings_;
};

void print_seconds(const char* what, std::chrono::steady_clock::time_point since) {
  std::printf("%s after %.2f s\n", what,
              std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  std::fflush(stdout);  // what is left in the buffer every forked service would print again
}

TEST_F(JobsFaultsTest, AKilledWorkersJobGoesOnElsewhereFromWhereItWas) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "steps", 150);
  auto worker = take_worker(job, a, b);
  ASSERT_TRUE(eventually([&] { return look(*a, job).progress.done >= 50; }));
  worker->end(SIGKILL);
  const auto killed = std::chrono::steady_clock::now();
  ASSERT_TRUE(eventually([&] { return workers_of(job).size() == 2; }));
  print_seconds("a killed worker's job went on elsewhere", killed);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "succeeded"; }));
  const auto view = look(*a, job);
  EXPECT_EQ(view.attempt, 2);
  ASSERT_EQ(view.result->text.substr(0, 8), "{\"from\":");
  EXPECT_GE(std::stoi(view.result->text.substr(8)), 25) << "not from the beginning";
  EXPECT_EQ(effects()[job], 1);
}

TEST_F(JobsFaultsTest, AWorkerThatStoodStillCannotWriteItsResult) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "stubborn", 1);
  auto sleeper = take_worker(job, a, b);
  sleeper->signal(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "succeeded"; }));
  EXPECT_EQ(look(*a, job).result->text, "\"second\"");
  sleeper->signal(SIGCONT);
  std::ofstream(folder_.path() / "let-go");
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(folder_.path() / "came-back"); }));
  ASSERT_TRUE(eventually([&] { return sleeper->get("/metrics").body.find(R"(outcome="lost")") != std::string::npos; }))
      << "it tried to write, and was refused";
  EXPECT_EQ(look(*a, job).result->text, "\"second\"");
  EXPECT_EQ(look(*a, job).attempt, 2);
  EXPECT_EQ(effects()[job], 1);
}

TEST_F(JobsFaultsTest, AWorkerThatStoodStillStopsByItselfWhenItWakes) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "steps", 100);
  auto sleeper = take_worker(job, a, b);
  sleeper->signal(SIGSTOP);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "succeeded"; }));
  sleeper->signal(SIGCONT);
  ASSERT_TRUE(eventually([&] { return sleeper->get("/metrics").body.find(R"(outcome="lost")") != std::string::npos; }));
  EXPECT_EQ(workers_of(job).size(), 2u);
  EXPECT_EQ(effects()[job], 1);
}

TEST_F(JobsFaultsTest, NothingIsLostOrDoneTwiceWhenRedisDiesOrIsWiped) {
  auto a = start(), b = start();
  std::set<std::string> jobs;
  const auto submit_some = [&] {
    for (int i = 0; i < 25; ++i) jobs.insert(submit(i % 2 == 0 ? *a : *b, "steps", 1));
  };
  submit_some();
  redis_.crash();
  submit_some();
  redis_.start();
  submit_some();
  const std::string wiping = "redis-cli -s " + redis_.socket().string() + " FLUSHALL > /dev/null 2>&1";
  EXPECT_EQ(std::system(wiping.c_str()), 0);
  submit_some();
  redis_.hang();
  submit_some();
  redis_.wake();
  for (const std::string& job : jobs) {
    ASSERT_TRUE(eventually([&] { return look(*a, job).state == "succeeded"; })) << look(*a, job).state;
  }
  const auto counts = effects();
  EXPECT_EQ(counts.size(), jobs.size());
  for (const std::string& job : jobs) EXPECT_EQ(counts.at(job), 1) << job;
}

TEST_F(JobsFaultsTest, CancelReachesAWorkerInAnotherProcess) {
  settings_.job_heartbeat = 5s;  // so that it is Redis that brings it
  auto a = start(), b = start();
  const std::string job = submit(*a, "steps", 100'000);
  const auto worker = take_worker(job, a, b);
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(a->post(job + "/cancel", token(), "").status, 202);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "cancelled"; }));
  print_seconds("cancelled in another process", asked);
  EXPECT_EQ(effects().count(job), 0u);
}

TEST_F(JobsFaultsTest, CancelReachesAWorkerWithoutRedis) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "steps", 100'000);
  const auto worker = take_worker(job, a, b);
  redis_.crash();
  const auto asked = std::chrono::steady_clock::now();
  EXPECT_EQ(a->post(job + "/cancel", token(), "").status, 202);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "cancelled"; }));
  print_seconds("cancelled through SQL", asked);
}

TEST_F(JobsFaultsTest, AJobThatKillsItsWorkersBecomesADeadLetterAndCanBeReplayed) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "poison", 1);
  EXPECT_EQ(a->wait(), 128 + SIGKILL);
  EXPECT_EQ(b->wait(), 128 + SIGKILL);
  auto c = start();
  ASSERT_TRUE(eventually([&] { return look(*c, job).state == "failed"; }));
  EXPECT_EQ(look(*c, job).error->kind, "interrupted");
  const std::string admin = token({"admin"});
  EXPECT_THAT(c->get("/jobs/dead", admin).body, HasSubstr(job.substr(6)));
  std::ofstream(folder_.path() / "antidote");
  EXPECT_EQ(c->post(job + "/replay", admin, "").status, 202);
  ASSERT_TRUE(eventually([&] { return look(*c, job).state == "succeeded"; }));
  EXPECT_EQ(look(*c, job).result->text, "\"survived\"");
  EXPECT_EQ(workers_of(job).size(), 3u);
  EXPECT_EQ(effects()[job], 1);
}

TEST_F(JobsFaultsTest, AStoppingProcessHandsItsJobToAnother) {
  auto a = start(), b = start();
  const std::string job = submit(*a, "steps", 150);
  auto worker = take_worker(job, a, b);
  ASSERT_TRUE(eventually([&] { return look(*a, job).progress.done >= 30; }));
  EXPECT_EQ(worker->end(SIGTERM), 0);
  ASSERT_TRUE(eventually([&] { return look(*a, job).state == "succeeded"; }));
  const auto view = look(*a, job);
  EXPECT_EQ(view.attempt, 1) << "a rolling restart is nobody's failure";
  EXPECT_GE(std::stoi(view.result->text.substr(8)), 15);
  EXPECT_EQ(effects()[job], 1);
}

}  // namespace
}  // namespace valion
