// One process: what a job is from its submission to its end, on SQLite and PostgreSQL.
#include "platform/jobs/jobs.hpp"

#include <cmath>
#include <set>

#include "platform/jobs/idempotency.hpp"
#include "platform/jobs/jobs_test_house.hpp"

namespace valion::jobs {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using testing_house::Gate;
using testing_house::quick;
using valion::testing::Engine;
using namespace std::chrono_literals;

class JobsTest : public testing_house::JobsHouse {};

TEST_P(JobsTest, RunsWhatIsSubmitted) {
  const auto here = worker("ml_service-1", {{"ml.training", [](JobContext& context) -> Result<std::string> {
                                               context.progress(1, 2, "fitting");
                                               return "{\"got\":" + context.job().payload + "}";
                                             }}});
  auto wanted = of("ml.training");
  wanted.payload = R"({"trees":7})";
  wanted.request_id = "request-1";
  wanted.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const JobRecord accepted = submit(*here, wanted);
  EXPECT_EQ(accepted.state, JobState::queued);
  EXPECT_THAT(accepted.id, MatchesRegex("job-[0-9a-z]{20}"));
  const JobRecord job = wait_for(accepted.id, JobState::succeeded);
  EXPECT_EQ(job.kind, "ml.training");
  EXPECT_EQ(job.principal.tenant, "acme");
  EXPECT_EQ(job.principal.user, "ana");
  EXPECT_THAT(job.principal.roles, ElementsAre("valuer", "admin"));
  EXPECT_EQ(job.service, "ml_service");
  EXPECT_EQ(job.instance, "ml_service-1");
  EXPECT_EQ(job.attempt, 1);
  EXPECT_EQ(job.fence, 1);
  EXPECT_EQ(job.request_id, "request-1");
  EXPECT_EQ(job.traceparent, wanted.traceparent);
  EXPECT_EQ(job.result, R"({"got":{"trees":7}})");
  EXPECT_EQ(job.progress.done, 2);
  EXPECT_EQ(job.progress.total, 2);
  EXPECT_EQ(job.progress.stage, "fitting");
  EXPECT_FALSE(job.error);
  EXPECT_THAT(job.started_at, MatchesRegex("20..-..-..T..:..:..\\....Z"));
  EXPECT_LE(job.created_at, job.started_at);
  EXPECT_LE(job.started_at, job.finished_at);
  loop_.run_until([&] { return here->runner->active() == 0; });
}

TEST_P(JobsTest, IsNobodyElsesBusiness) {
  const auto here = worker("a", {{"quick", quick}});
  const JobRecord job = submit(*here, "quick");
  EXPECT_EQ(look(job.id, "other tenant").error().kind, ErrorKind::not_found);
  EXPECT_EQ(loop_.run(store_->cancel("other tenant", job.id)).error().kind, ErrorKind::not_found);
  EXPECT_EQ(look("job-unknown").error().kind, ErrorKind::not_found);
  EXPECT_EQ(look("' or '1'='1").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(loop_.run(store_->list("other tenant", {}))->empty());
}

TEST_P(JobsTest, RecordsHowWorkFailed) {
  KindOptions once;
  once.max_attempts = 1;
  const auto here = worker(
      "a",
      {{"refused", [](JobContext&) -> Result<std::string> { return fail(ErrorKind::invalid, "no target `price`"); }},
       {"thrown", [](JobContext&) -> Result<std::string> { throw std::runtime_error("matrix is singular"); }},
       {"odd",
        [](JobContext&) -> Result<std::string> {
          return fail(ErrorKind::invalid, std::string("cell \xff\0 of row 3", 16));
        }}},
      once);
  JobRecord job = wait_for(submit(*here, "refused").id, JobState::failed);
  EXPECT_EQ(job.error->kind, ErrorKind::invalid);
  EXPECT_EQ(job.error->message, "no target `price`");
  EXPECT_EQ(job.result, "");
  EXPECT_FALSE(job.dead) << "it would fail the same way again";
  job = wait_for(submit(*here, "thrown").id, JobState::failed);
  EXPECT_EQ(job.error->kind, ErrorKind::internal);
  EXPECT_THAT(job.error->message, HasSubstr("matrix is singular"));
  EXPECT_TRUE(job.dead);
  EXPECT_EQ(wait_for(submit(*here, "odd").id, JobState::failed).error->message, "cell ?  of row 3");
}

TEST_P(JobsTest, ShowsProgressThatCameTooFastAnyway) {
  Gate gate;
  const auto here = worker("a", {{"slow", [&](JobContext& context) -> Result<std::string> {
                                    for (int i = 1; i <= 500; ++i)
                                      context.progress(i, 1000, "row " + std::to_string(i));
                                    context.progress(std::nan(""), -1, "row 500");  // nonsense changes no number
                                    return gate.work()(context);
                                  }}});
  const JobRecord accepted = submit(*here, "slow");
  loop_.run_until([&] { return look(accepted.id)->progress.stage == "row 500"; });
  const JobRecord job = look(accepted.id).value();
  EXPECT_EQ(job.state, JobState::running);
  EXPECT_EQ(job.progress.done, 500);
  EXPECT_EQ(job.progress.total, 1000);
  ASSERT_TRUE(job.progress.eta);
  EXPECT_GE(*job.progress.eta, 0);
  EXPECT_GT(job.revision, 1);
  gate.open();
  EXPECT_FALSE(wait_for(accepted.id, JobState::succeeded).progress.eta);
}

TEST_P(JobsTest, StopsWhenTheUserAsks) {
  Gate gate;
  const auto here = worker("a", {{"slow", gate.work()}});
  const JobRecord accepted = submit(*here, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  const auto asked = loop_.run(store_->cancel("acme", accepted.id));
  ASSERT_TRUE(asked) << asked.error().message;
  const JobRecord job = wait_for(accepted.id, JobState::cancelled);
  EXPECT_FALSE(job.error);
  EXPECT_NE(job.finished_at, "");
  EXPECT_EQ(loop_.run(store_->cancel("acme", accepted.id)).error().kind, ErrorKind::conflict);
}

TEST_P(JobsTest, NeverBeginsWhatWasCancelledInTheQueue) {
  Gate first, second;
  const auto here = worker("a", {{"first", first.work()}, {"second", second.work()}});
  const JobRecord running = submit(*here, "first");
  loop_.run_until([&] { return first.begun() == 1; });
  const JobRecord waiting = submit(*here, "second");
  EXPECT_EQ(loop_.run(store_->cancel("acme", waiting.id))->state, JobState::cancelled);
  first.open();
  wait_for(running.id, JobState::succeeded);
  loop_.run_until([&] { return here->runner->active() == 0; });
  EXPECT_EQ(second.begun(), 0);
  EXPECT_EQ(look(waiting.id)->state, JobState::cancelled);
}

TEST_P(JobsTest, TriesAgainWhatMayPass) {
  std::atomic<int> tries = 0;
  KindOptions patient;
  patient.max_attempts = 3;
  patient.first_pause = 20ms;
  const auto here = worker("a",
                           {{"flaky",
                             [&](JobContext& context) -> Result<std::string> {
                               if (++tries < 3) return fail(ErrorKind::unavailable, "the peer is away");
                               return std::to_string(context.job().attempt);
                             }}},
                           patient);
  const JobRecord job = wait_for(submit(*here, "flaky").id, JobState::succeeded);
  EXPECT_EQ(tries, 3);
  EXPECT_EQ(job.result, "3");
  EXPECT_FALSE(job.error) << "what became well is no error";
}

TEST_P(JobsTest, GivesUpAndReplaysTheDeadLetterWhenAsked) {
  std::atomic<bool> healthy = false;
  KindOptions hasty;
  hasty.max_attempts = 2;
  hasty.first_pause = 5ms;
  const auto here = worker("a",
                           {{"flaky",
                             [&](JobContext& context) -> Result<std::string> {
                               if (healthy) return context.job().checkpoint;
                               context.checkpoint(R"({"row":41})");
                               return fail(ErrorKind::timeout, "no answer");
                             }}},
                           hasty);
  const std::string id = submit(*here, "flaky").id;
  const JobRecord dead = wait_for(id, JobState::failed);
  EXPECT_TRUE(dead.dead);
  EXPECT_EQ(dead.attempt, 2);
  EXPECT_EQ(dead.error->kind, ErrorKind::timeout);
  const auto letters = loop_.run(store_->dead_letters({})).value();
  ASSERT_EQ(letters.size(), 1u);
  EXPECT_EQ(letters.front().id, id);

  healthy = true;
  const auto replayed = loop_.run(store_->replay(id));
  ASSERT_TRUE(replayed) << replayed.error().message;
  EXPECT_EQ(replayed->state, JobState::queued);
  const JobRecord job = wait_for(id, JobState::succeeded);
  EXPECT_EQ(job.attempt, 1) << "a replay begins anew";
  EXPECT_EQ(job.fence, 3) << "but the fence only grows";
  EXPECT_EQ(job.result, R"({"row":41})");
  EXPECT_TRUE(loop_.run(store_->dead_letters({}))->empty());
  EXPECT_EQ(loop_.run(store_->replay(id)).error().kind, ErrorKind::conflict);
  EXPECT_EQ(loop_.run(store_->replay("job-unknown")).error().kind, ErrorKind::not_found);
}

TEST_P(JobsTest, LetsAJobExpireThatNobodyTook) {
  const auto here = worker("a", {{"known", quick}});
  auto wanted = of("unknown here");
  wanted.expires_after = 1ms;
  const JobRecord job = wait_for(submit(*here, wanted).id, JobState::expired);
  EXPECT_NE(job.finished_at, "");
  EXPECT_EQ(job.attempt, 0);
}

TEST_P(JobsTest, DoesNotBeginBeforeItsTime) {
  const auto here = worker("a", {{"later", quick}});
  auto wanted = of("later");
  wanted.delay = 1h;
  const JobRecord later = submit(*here, wanted);
  wait_for(submit(*here, "later").id, JobState::succeeded);
  EXPECT_EQ(look(later.id)->state, JobState::queued);
  sql("update jobs set not_before_ms = 1 where id = '" + later.id + "'");
  wait_for(later.id, JobState::succeeded);
}

TEST_P(JobsTest, TakesTheHigherPriorityFirstAndThenTheOlder) {
  Gate gate;
  testing_house::Noted order;
  const auto here = worker("a", {{"gate", gate.work()}, {"noted", [&](JobContext& context) -> Result<std::string> {
                                                           order.add(context.job().payload);
                                                           return "{}";
                                                         }}});
  submit(*here, "gate");
  loop_.run_until([&] { return gate.begun() == 1; });
  std::string last;
  for (const auto& [payload, priority] : std::vector<std::pair<std::string, Priority>>{
           {"1", Priority::low}, {"2", Priority::normal}, {"3", Priority::normal}, {"4", Priority::high}}) {
    auto wanted = of("noted");
    wanted.payload = payload;
    wanted.priority = priority;
    const JobRecord job = submit(*here, wanted);
    if (payload == "1") last = job.id;
  }
  gate.open();
  wait_for(last, JobState::succeeded);
  EXPECT_THAT(order.all(), ElementsAre("4", "2", "3", "1"));
}

TEST_P(JobsTest, OneTenantsQueueKeepsNobodyWaiting) {
  Gate gate;
  testing_house::Noted order;
  const auto here =
      worker("a", {{"gate", gate.work()}, {"noted", [&](JobContext& context) -> Result<std::string> {
                                             order.add(context.job().principal.tenant);
                                             std::this_thread::sleep_for(25ms);  // nothing is claimed ahead
                                             return "{}";
                                           }}});
  submit(*here, "gate");
  loop_.run_until([&] { return gate.begun() == 1; });
  sql("insert into jobs (id, kind, tenant, user_name, service, instance, state, heartbeat_ms, progress_done, "
      "progress_total, created_at, payload, attempt) with recursive crowd(n) as (select 1 union all select n + 1 from "
      "crowd "
      "where n < 10000) select 'job-crowd' || n, 'noted', 'crowd', 'u', 'ml_service', '', 'queued', 0, 0, 1, '', '{}', "
      "0 "
      "from crowd");
  const std::string single = submit(*here, of("noted", "single")).id;
  gate.open();
  wait_for(single, JobState::succeeded, "single");
  EXPECT_LE(order.all().size(), 4u) << "of 10,001 waiting jobs, the single one was among the first";
}

TEST_P(JobsTest, RunsNoMoreOfOneTenantAtOnceThanItMay) {
  std::atomic<int> now = 0, most = 0;
  RunnerSettings settings;
  settings.threads = 4;
  settings.tenant_limit = 2;
  const auto here = worker("a",
                           {{"counted",
                             [&](JobContext&) -> Result<std::string> {
                               const int mine = ++now;
                               for (int seen = most; seen < mine && !most.compare_exchange_weak(seen, mine);) {
                               }
                               std::this_thread::sleep_for(10ms);
                               --now;
                               return "{}";
                             }}},
                           {}, settings);
  std::vector<std::string> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(submit(*here, "counted").id);
  for (const std::string& id : ids) wait_for(id, JobState::succeeded);
  EXPECT_EQ(most, 2);
}

TEST_P(JobsTest, RefusesMoreThanATenantsQueueHolds) {
  Gate gate;
  RunnerSettings settings;
  settings.tenant_queue_limit = 3;
  const auto here = worker("a", {{"slow", gate.work()}}, {}, settings);
  submit(*here, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  for (int i = 0; i < 3; ++i) submit(*here, "slow");
  const auto refused = loop_.run(here->runner->submit(of("slow")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::too_many_requests);
  EXPECT_TRUE(loop_.run(here->runner->submit(of("slow", "another"))));
  gate.open();
  loop_.run_until([&] { return here->runner->active() == 0; });
  EXPECT_TRUE(loop_.run(here->runner->submit(of("slow"))));
}

TEST_P(JobsTest, ListsNewestFirstInPages) {
  const auto here = worker("a", {{"quick", quick}});
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(submit(*here, i == 2 ? "unknown" : "quick").id);
  for (int i = 0; i < 5; ++i) {
    if (i != 2) wait_for(ids[static_cast<std::size_t>(i)], JobState::succeeded);
  }
  JobFilter two;
  two.limit = 2;
  auto page = loop_.run(store_->list("acme", two)).value();
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].id, ids[4]);
  EXPECT_EQ(page[1].id, ids[3]);
  two.after = page[1].id;
  page = loop_.run(store_->list("acme", two)).value();
  EXPECT_EQ(page[0].id, ids[2]);
  EXPECT_EQ(page[1].id, ids[1]);
  JobFilter waiting;
  waiting.state = JobState::queued;
  waiting.kind = "unknown";
  page = loop_.run(store_->list("acme", waiting)).value();
  ASSERT_EQ(page.size(), 1u);
  EXPECT_EQ(page[0].id, ids[2]);
}

TEST_P(JobsTest, OneKeyIsOneJob) {
  const auto here = worker("a", {{"quick", quick}});
  auto wanted = of("quick");
  wanted.idempotency_key = "POST /x k-1";
  const JobRecord first = submit(*here, wanted);
  EXPECT_EQ(submit(*here, wanted).id, first.id);
  wanted.principal.user = "bia";
  EXPECT_NE(submit(*here, wanted).id, first.id) << "keys are a user's own";
  wait_for(first.id, JobState::succeeded);
  EXPECT_EQ(loop_.run(store_->list("acme", {}))->size(), 2u);
}

TEST_P(JobsTest, AnswersARepeatedRequestOnce) {
  const IdempotentRequest request{testing_house::kAna, "/ml/models", "k-1", "hash-1"};
  EXPECT_FALSE(loop_.run(take_key(*database_, request)).value()) << "the first goes on";
  EXPECT_EQ(loop_.run(take_key(*database_, request)).error().kind, ErrorKind::conflict) << "in flight";
  ASSERT_TRUE(loop_.run(keep_answer(*database_, request, {202, "/jobs/job-1", "{}"})));
  const auto again = loop_.run(take_key(*database_, request)).value();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, 202);
  EXPECT_EQ(again->location, "/jobs/job-1");
  auto other = request;
  other.body_hash = "hash-2";
  EXPECT_EQ(loop_.run(take_key(*database_, other)).error().kind, ErrorKind::invalid);
  other.principal.user = "bia";
  EXPECT_FALSE(loop_.run(take_key(*database_, other)).value()) << "another user's key";
  ASSERT_TRUE(loop_.run(release_key(*database_, other)));
  EXPECT_FALSE(loop_.run(take_key(*database_, other)).value()) << "released, so it may be tried again";
  sql("update idempotency_keys set taken_ms = taken_ms - 25 * 3600000");
  EXPECT_FALSE(loop_.run(take_key(*database_, request)).value()) << "forgotten after a day";
}

TEST_P(JobsTest, DeletesWhatEndedLongAgo) {
  const auto here = worker("a", {{"quick", quick}});
  const std::string old = submit(*here, "quick").id, young = submit(*here, "quick").id;
  wait_for(old, JobState::succeeded);
  wait_for(young, JobState::succeeded);
  sql("update jobs set finished_at = '2020-01-01T00:00:00.000Z' where id = '" + old + "'");
  EXPECT_EQ(count_ended_jobs(*database_, 24h).value(), 1);
  EXPECT_EQ(delete_ended_jobs(*database_, 24h).value(), 1);
  EXPECT_EQ(count_ended_jobs(*database_, 24h).value(), 0);
  EXPECT_EQ(look(old).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(look(young));
}

TEST_P(JobsTest, WritesAnEffectWithItsSuccessOrNotAtAll) {
  sql("create table effects (job text not null)");
  KindOptions once;
  once.max_attempts = 1;
  const auto effect = [](JobContext& context) {
    context.with_success([id = context.job().id](soci::session& session) {
      session << "insert into effects (job) values (:id)", soci::use(id);
    });
  };
  const auto here =
      worker("a",
             {{"good",
               [&](JobContext& context) -> Result<std::string> {
                 effect(context);
                 return "{}";
               }},
              {"bad",
               [&](JobContext& context) -> Result<std::string> {
                 effect(context);
                 return fail(ErrorKind::invalid, "no");
               }},
              {"broken",
               [&](JobContext& context) -> Result<std::string> {
                 context.with_success([](soci::session& session) { session << "insert into nowhere values (1)"; });
                 return "{}";
               }}},
             once);
  const std::string good = submit(*here, "good").id, bad = submit(*here, "bad").id, broken = submit(*here, "broken").id;
  wait_for(good, JobState::succeeded);
  wait_for(bad, JobState::failed);
  EXPECT_THAT(wait_for(broken, JobState::failed).error->message, HasSubstr("the result could not be stored"));
  std::vector<std::string> jobs;
  ASSERT_TRUE(database_->transact([&](soci::session& session) {
    const soci::rowset<std::string> rows = (session.prepare << "select job from effects");
    for (const auto& job : rows) jobs.push_back(job);
    return true;
  }));
  EXPECT_THAT(jobs, ElementsAre(good));
}

TEST(Job, IdsSortInTheOrderOfTheirMaking) {
  std::string last;
  for (int i = 0; i < 10'000; ++i) {
    const std::string id = new_job_id();
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST(Job, PausesGrowUpToALimitWithJitter) {
  KindOptions options;
  options.first_pause = 1000ms;
  options.longest_pause = 10'000ms;
  EXPECT_EQ(pause_before_retry(options, 1, 0), 500ms);
  EXPECT_EQ(pause_before_retry(options, 1, 0.999999999), 999ms);
  EXPECT_EQ(pause_before_retry(options, 3, 0), 2000ms);
  EXPECT_EQ(pause_before_retry(options, 60, 0), 5000ms);
  EXPECT_TRUE(worth_retrying(ErrorKind::unavailable));
  EXPECT_FALSE(worth_retrying(ErrorKind::invalid));
  EXPECT_FALSE(worth_retrying(ErrorKind::cancelled));
}

INSTANTIATE_TEST_SUITE_P(Engines, JobsTest, ::testing::Values(Engine::sqlite, Engine::postgresql),
                         valion::testing::name_of_case);

}  // namespace
}  // namespace valion::jobs
