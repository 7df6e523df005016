// Several processes: what becomes of a job whose worker dies, stands still or is told to stop.
#include <vector>

#include "platform/jobs/job_changes.hpp"
#include "platform/jobs/job_schema.hpp"
#include "platform/jobs/jobs_test_house.hpp"

namespace valion::jobs {
namespace {

using ::testing::HasSubstr;
using testing_house::Gate;
using valion::testing::Engine;
using namespace std::chrono_literals;

class TakeoverTest : public testing_house::JobsHouse {};

TEST_P(TakeoverTest, OutlivesManyHeartbeats) {
  Gate gate;
  const auto first = worker("a", {{"slow", gate.work()}});
  const auto second = worker("b", {{"slow", gate.work()}});
  const JobRecord job = submit(*first, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  const auto until = std::chrono::steady_clock::now() + 3 * timing_.stale_after();
  while (std::chrono::steady_clock::now() < until) loop_.run(sleep_for(20ms));
  EXPECT_EQ(gate.begun(), 1) << "longer than any timeout, and never twice";
  EXPECT_EQ(look(job.id)->state, JobState::running);
  gate.open();
  EXPECT_EQ(wait_for(job.id, JobState::succeeded).attempt, 1);
}

TEST_P(TakeoverTest, GoesOnElsewhereFromTheCheckpoint) {
  Gate gate;
  gate.ignore_requests();
  const auto first = worker("a", {{"rows", [&](JobContext& context) -> Result<std::string> {
                                     context.progress(500, 1000, "row 500");
                                     context.checkpoint(R"({"row":500})");
                                     return gate.work("\"late\"")(context);
                                   }}});
  const JobRecord job = submit(*first, "rows");
  loop_.run_until([&] { return look(job.id)->checkpoint == R"({"row":500})"; });
  const auto second = worker("b", {{"rows", [](JobContext& context) -> Result<std::string> {
                                      return "{\"from\":" + context.job().checkpoint + "}";
                                    }}});
  // The first one beats on, so the sweep has to be quicker than its beat.
  loop_.run_until([&] {
    declare_dead(job.id, "a");
    return look(job.id)->state == JobState::succeeded;
  });
  const JobRecord done = look(job.id).value();
  EXPECT_EQ(done.instance, "b");
  EXPECT_EQ(done.attempt, 2);
  EXPECT_EQ(done.fence, 2);
  EXPECT_EQ(done.result, R"({"from":{"row":500}})");
  gate.open();
  loop_.run_until([&] { return first->runner->active() == 0; });
  EXPECT_EQ(look(job.id)->result, R"({"from":{"row":500}})") << "what the first one wrote late was refused";
}

TEST_P(TakeoverTest, AskedToStopWhenSomebodyElseOwnsTheJob) {
  Gate gate;
  const auto first = worker("a", {{"slow", gate.work()}});
  const JobRecord job = submit(*first, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  sql("update jobs set fence = fence + 1, instance = 'somebody' where id = '" + job.id + "'");
  loop_.run_until([&] { return first->runner->active() == 0; });
  EXPECT_EQ(look(job.id)->state, JobState::running) << "the owner's, not ours to end";
  EXPECT_EQ(look(job.id)->instance, "somebody");
}

TEST_P(TakeoverTest, AFenceLetsNobodyWriteTwice) {
  const auto first = worker("a", {});
  const JobRecord job = submit(*first, "x");
  const std::string clock = clock_expression(database_->is_postgresql());
  ASSERT_TRUE(database_->transact([&](soci::session& session) {
    session << "update jobs set state = 'running', fence = 7, instance = 'b', heartbeat_ms = " + clock;
    Ending ending;
    ending.id = job.id;
    ending.state = JobState::succeeded;
    ending.result = "\"old\"";
    ending.fence = 6;
    int effects = 0;
    ending.effect = [&](soci::session&) { ++effects; };
    EndJobs ends(session, clock);
    EXPECT_FALSE(ends.end(ending));
    EXPECT_FALSE(write_progress(session, job.id, 6, {}, "{}"));
    EXPECT_FALSE(owns_job(session, job.id, 6));
    ending.fence = 7;
    ending.result = "\"new\"";
    EXPECT_TRUE(ends.end(ending));
    EXPECT_FALSE(ends.end(ending)) << "not even the owner, twice";
    EXPECT_EQ(effects, 1);
    return true;
  }));
  EXPECT_EQ(look(job.id)->result, "\"new\"");
}

TEST_P(TakeoverTest, AJobThatKillsItsWorkersEndsInTheDeadLetters) {
  const auto submitter = worker("a", {});
  const JobRecord job = submit(*submitter, "x");
  sql("update jobs set state = 'running', attempt = 3, heartbeat_ms = 0");
  const JobRecord ended = look(job.id).value();
  EXPECT_EQ(ended.state, JobState::failed);
  EXPECT_EQ(ended.error->kind, ErrorKind::interrupted);
  EXPECT_THAT(ended.error->message, HasSubstr("ml_service"));
  EXPECT_TRUE(ended.dead);
}

TEST_P(TakeoverTest, CancelledWhileItsWorkerWasDead) {
  const auto submitter = worker("a", {});
  const JobRecord job = submit(*submitter, "x");
  sql("update jobs set state = 'running', attempt = 1, cancel_requested = 1, heartbeat_ms = 0");
  EXPECT_EQ(look(job.id)->state, JobState::cancelled);
}

TEST_P(TakeoverTest, AStoppingProcessHandsItsJobsBack) {
  Gate gate;
  auto first = worker("a", {{"slow", [&](JobContext& context) -> Result<std::string> {
                               context.progress(3, 10, "third");
                               context.checkpoint("3");
                               return gate.work(context.job().checkpoint)(context);
                             }}});
  const JobRecord running = submit(*first, "slow");
  const JobRecord waiting = submit(*first, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  first.reset();
  JobRecord job = look(running.id).value();
  EXPECT_EQ(job.state, JobState::queued);
  EXPECT_EQ(job.attempt, 0) << "stopping is nobody's failure";
  EXPECT_EQ(job.progress.done, 3);
  EXPECT_EQ(job.checkpoint, "3");
  EXPECT_FALSE(job.error);
  EXPECT_EQ(look(waiting.id)->state, JobState::queued);
  gate.open();
  const auto second = worker("b", {{"slow", [](JobContext& context) -> Result<std::string> {
                                      return context.job().checkpoint.empty() ? "0" : context.job().checkpoint;
                                    }}});
  EXPECT_EQ(wait_for(running.id, JobState::succeeded).result, "3");
  EXPECT_EQ(wait_for(waiting.id, JobState::succeeded).result, "0");
}

TEST_P(TakeoverTest, TwoProcessesRunEachJobOnce) {
  std::atomic<int> runs = 0;
  const auto count = [&](JobContext&) -> Result<std::string> { return std::to_string(++runs); };
  const auto first = worker("a", {{"counted", count}});
  const auto second = worker("b", {{"counted", count}});
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) ids.push_back(submit(i % 2 == 0 ? *first : *second, "counted").id);
  for (const std::string& id : ids) wait_for(id, JobState::succeeded);
  EXPECT_EQ(runs, 60);
}

TEST_P(TakeoverTest, LeavesKindsItDoesNotKnowToOthers) {
  const auto old_version = worker("a", {{"old", testing_house::quick}});
  const JobRecord job = submit(*old_version, "new");
  wait_for(submit(*old_version, "old").id, JobState::succeeded);
  EXPECT_EQ(look(job.id)->state, JobState::queued);
  const auto new_version = worker("b", {{"new", testing_house::quick}});
  EXPECT_EQ(wait_for(job.id, JobState::succeeded).instance, "b");
}

INSTANTIATE_TEST_SUITE_P(Engines, TakeoverTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         valion::testing::name_of_case);

}  // namespace
}  // namespace valion::jobs
