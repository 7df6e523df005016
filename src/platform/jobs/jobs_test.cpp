#include "platform/jobs/jobs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <set>
#include <thread>

#include "platform/jobs/job_rows.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::jobs {
namespace {

using testing::Engine;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using namespace std::chrono_literals;

const Principal kAna{"acme", "ana", {"valuer"}};

// Work that stands still until it is let go or asked to stop.
class Gate {
 public:
  Work work(std::string answer = "{}") {
    return [this, answer = std::move(answer)](JobContext& context) -> Result<std::string> {
      begun_ = true;
      while (!open_ && !context.cancelled()) std::this_thread::sleep_for(1ms);
      if (context.cancelled()) return fail(ErrorKind::cancelled, "stopped");
      return answer;
    };
  }
  [[nodiscard]] bool begun() const { return begun_; }
  void open() { open_ = true; }

 private:
  std::atomic<bool> begun_ = false;
  std::atomic<bool> open_ = false;
};

class JobsTest : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    database_ = std::make_unique<sql::Database>(place_.url());
    store_ = std::make_unique<JobStore>(*database_, timing_);
    runner_ = std::make_unique<JobRunner>(*store_, "ml_service", "ml_service-1", 1, 3);
  }

  JobRecord submit(Work work, const std::string& kind = "ml.training") {
    return loop_.run(runner_->submit(kind, kAna, std::move(work))).value();
  }
  Result<JobRecord> look(const std::string& id, const std::string& tenant = "acme") {
    return loop_.run(store_->find(tenant, id));
  }
  JobRecord wait_for(const std::string& id, JobState state) {
    JobRecord job;
    loop_.run_until([&] {
      job = look(id).value();
      return job.state == state;
    });
    return job;
  }
  // A job of a process that died: its heartbeat stopped long ago.
  std::string orphan(JobState state) {
    JobRecord job;
    job.id = "job-orphan-" + std::to_string(++orphans_);
    job.kind = "data.import";
    job.tenant = "acme";
    job.user = "ana";
    job.service = "data_processing";
    EXPECT_TRUE(database_->transact([&](soci::session& session) {
      insert_job(session, clock_expression(database_->is_postgresql()) + " - 60000", job, "data_processing-9");
      if (state == JobState::running) session << "update jobs set state = 'running' where id = :id", soci::use(job.id);
      return true;
    }));
    return job.id;
  }

  const JobTiming timing_{200ms};  // stale after one second
  testing::TestDatabase place_{GetParam()};
  testing::TestLoop loop_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<JobStore> store_;
  std::unique_ptr<JobRunner> runner_;
  int orphans_ = 0;
};

TEST_P(JobsTest, RunsWhatIsSubmitted) {
  const JobRecord accepted = submit([](JobContext& context) -> Result<std::string> {
    context.progress(1, 2, "fitting");
    return R"({"model":"m-1"})";
  });
  EXPECT_EQ(accepted.state, JobState::queued);
  EXPECT_THAT(accepted.id, MatchesRegex("job-[A-Za-z0-9_-]{20}"));
  const JobRecord job = wait_for(accepted.id, JobState::succeeded);
  EXPECT_EQ(job.kind, "ml.training");
  EXPECT_EQ(job.tenant, "acme");
  EXPECT_EQ(job.user, "ana");
  EXPECT_EQ(job.service, "ml_service");
  EXPECT_EQ(job.result, R"({"model":"m-1"})");
  EXPECT_EQ(job.progress.done, 2);
  EXPECT_EQ(job.progress.total, 2);
  EXPECT_EQ(job.progress.stage, "fitting");
  EXPECT_FALSE(job.error);
  EXPECT_THAT(job.started_at, MatchesRegex("20..-..-..T..:..:..\\....Z"));
  EXPECT_LE(job.created_at, job.started_at);
  EXPECT_LE(job.started_at, job.finished_at);
  loop_.run_until([&] { return runner_->active() == 0; });
}

TEST_P(JobsTest, IsNobodyElsesBusiness) {
  const JobRecord job = submit([](JobContext&) -> Result<std::string> { return "{}"; });
  EXPECT_EQ(look(job.id, "other tenant").error().kind, ErrorKind::not_found);
  EXPECT_EQ(loop_.run(store_->cancel("other tenant", job.id)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(look("job-unknown").error().kind, ErrorKind::not_found);
  EXPECT_EQ(look("' or '1'='1").error().kind, ErrorKind::not_found);
}

TEST_P(JobsTest, RecordsHowWorkFailed) {
  const JobRecord refused =
      submit([](JobContext&) -> Result<std::string> { return fail(ErrorKind::invalid, "no target column `price`"); });
  JobRecord job = wait_for(refused.id, JobState::failed);
  EXPECT_EQ(job.error->kind, ErrorKind::invalid);
  EXPECT_EQ(job.error->message, "no target column `price`");
  EXPECT_EQ(job.result, "");

  const JobRecord thrown =
      submit([](JobContext&) -> Result<std::string> { throw std::runtime_error("matrix is singular"); });
  job = wait_for(thrown.id, JobState::failed);
  EXPECT_EQ(job.error->kind, ErrorKind::internal);
  EXPECT_THAT(job.error->message, HasSubstr("matrix is singular"));

  const JobRecord odd = submit([](JobContext&) -> Result<std::string> {
    return fail(ErrorKind::invalid, std::string("cell \xff\0 of row 3", 16));
  });
  EXPECT_EQ(wait_for(odd.id, JobState::failed).error->message, "cell ?  of row 3");
}

TEST_P(JobsTest, ShowsProgressThatCameTooFastAnyway) {
  Gate gate;
  const JobRecord accepted = submit([&](JobContext& context) -> Result<std::string> {
    for (int i = 1; i <= 500; ++i) context.progress(i, 1000, "row " + std::to_string(i));
    context.progress(std::nan(""), -1, "row 500");  // nonsense changes no number
    return gate.work()(context);
  });
  loop_.run_until([&] { return look(accepted.id)->progress.stage == "row 500"; });
  const JobRecord job = look(accepted.id).value();
  EXPECT_EQ(job.state, JobState::running);
  EXPECT_EQ(job.progress.done, 500);
  EXPECT_EQ(job.progress.total, 1000);
  gate.open();
  wait_for(accepted.id, JobState::succeeded);
}

TEST_P(JobsTest, StopsWhenTheUserAsks) {
  Gate gate;
  const JobRecord accepted = submit(gate.work());
  loop_.run_until([&] { return gate.begun(); });
  const auto asked = loop_.run(store_->cancel("acme", accepted.id));
  ASSERT_TRUE(asked) << asked.error().message;
  const JobRecord job = wait_for(accepted.id, JobState::cancelled);
  EXPECT_FALSE(job.error);
  EXPECT_NE(job.finished_at, "");
  EXPECT_EQ(loop_.run(store_->cancel("acme", accepted.id)).error().kind, ErrorKind::conflict);
}

TEST_P(JobsTest, NeverBeginsWhatWasCancelledInTheQueue) {
  Gate first;
  Gate second;
  const JobRecord running = submit(first.work());
  const JobRecord waiting = submit(second.work());
  loop_.run_until([&] { return first.begun(); });
  const auto asked = loop_.run(store_->cancel("acme", waiting.id));
  EXPECT_EQ(asked->state, JobState::cancelled);
  first.open();
  wait_for(running.id, JobState::succeeded);
  loop_.run_until([&] { return runner_->active() == 0; });
  EXPECT_FALSE(second.begun());
  EXPECT_EQ(look(waiting.id)->state, JobState::cancelled);
}

TEST_P(JobsTest, RefusesMoreThanItsQueueHolds) {
  Gate gate;
  submit(gate.work());
  loop_.run_until([&] { return gate.begun(); });
  for (int i = 0; i < 3; ++i) submit(gate.work());
  const auto refused = loop_.run(runner_->submit("ml.training", kAna, gate.work()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(runner_->active(), 4u);
  gate.open();
  loop_.run_until([&] { return runner_->active() == 0; });
  EXPECT_TRUE(loop_.run(runner_->submit("ml.training", kAna, gate.work())));
  loop_.run_until([&] { return runner_->active() == 0; });
}

TEST_P(JobsTest, OutlivesManyHeartbeats) {
  Gate gate;
  const JobRecord running = submit(gate.work());
  const JobRecord waiting = submit(gate.work());
  const auto until = std::chrono::steady_clock::now() + 2 * timing_.stale_after();
  while (std::chrono::steady_clock::now() < until) {
    loop_.run(sleep_for(50ms));
    ASSERT_EQ(loop_.run(store_->reap()).value(), 0);
  }
  EXPECT_EQ(look(running.id)->state, JobState::running);
  EXPECT_EQ(look(waiting.id)->state, JobState::queued);
  gate.open();
  wait_for(waiting.id, JobState::succeeded);
}

TEST_P(JobsTest, TellsThatAProcessDied) {
  const std::string running = orphan(JobState::running);
  const std::string queued = orphan(JobState::queued);
  for (const std::string& id : {running, queued}) {
    const JobRecord job = look(id).value();
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.error->kind, ErrorKind::interrupted);
    EXPECT_THAT(job.error->message, HasSubstr("the process of data_processing"));
    EXPECT_NE(job.finished_at, "");
  }
  orphan(JobState::running);
  orphan(JobState::queued);
  EXPECT_EQ(loop_.run(store_->reap()).value(), 2);
  EXPECT_EQ(loop_.run(store_->reap()).value(), 0);
  EXPECT_EQ(loop_.run(store_->cancel("acme", orphan(JobState::running))).error().kind, ErrorKind::conflict);
}

TEST_P(JobsTest, DoesNotOverwriteAVerdict) {
  Gate gate;
  const JobRecord accepted = submit(gate.work());
  loop_.run_until([&] { return gate.begun(); });
  // Somebody believed this process dead while it stood still.
  ASSERT_TRUE(database_->transact([&](soci::session& session) {
    return reap_jobs(session, clock_expression(database_->is_postgresql()), -1h, accepted.id) == 1;
  }));
  loop_.run_until([&] { return runner_->active() == 0; });  // its work was asked to stop
  const JobRecord job = look(accepted.id).value();
  EXPECT_EQ(job.state, JobState::failed);
  EXPECT_EQ(job.error->kind, ErrorKind::interrupted);
}

TEST_P(JobsTest, RecordsWhatItsEndInterrupted) {
  Gate gate;
  const JobRecord running = submit(gate.work());
  const JobRecord waiting = submit(gate.work());
  loop_.run_until([&] { return gate.begun(); });
  runner_.reset();
  for (const std::string& id : {running.id, waiting.id}) {
    const JobRecord job = look(id).value();
    EXPECT_EQ(job.state, JobState::failed);
    ASSERT_TRUE(job.error);
    EXPECT_EQ(job.error->kind, ErrorKind::interrupted);
    EXPECT_THAT(job.error->message, HasSubstr("ml_service was stopped"));
  }
}

TEST_P(JobsTest, GivesEveryJobAnIdOfItsOwn) {
  std::set<std::string> ids;
  for (int i = 0; i < 30; ++i) {
    const JobRecord job = submit([](JobContext&) -> Result<std::string> { return "{}"; });
    ids.insert(job.id);
    wait_for(job.id, JobState::succeeded);
  }
  EXPECT_EQ(ids.size(), 30u);
}

INSTANTIATE_TEST_SUITE_P(Engines, JobsTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         testing::name_of_case);

}  // namespace
}  // namespace valion::jobs
