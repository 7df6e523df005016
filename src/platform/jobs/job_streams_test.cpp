// Jobs over a real Redis: what it brings, and that nothing is lost with it.
#include "platform/jobs/job_streams.hpp"

#include <vector>

#include "platform/jobs/jobs_test_house.hpp"
#include "platform/redis/private_server.hpp"

namespace valion::jobs {
namespace {

using testing_house::Gate;
using testing_house::Worker;
using namespace std::chrono_literals;

constexpr auto kNever = 1h;

class JobStreamsTest : public ::testing::Test {
 protected:
  JobStreamsTest() { EXPECT_TRUE(loop_.run(redis_client_.wait_connected(5s))); }

  redis::Settings redis_settings() const {
    redis::Settings settings;
    settings.url = redis_.url();
    settings.command_timeout = 500ms;
    return settings;
  }
  // A process: its runner and its streams, taken down in the order that ServiceProcess keeps.
  struct Process {
    Process(JobStreamsTest& test, JobTiming timing, const std::string& instance, const Worker::Kinds& kinds)
        : worker(test.url(), timing, instance, kinds),
          streams(test.loop_.executor(), test.redis_client_, test.redis_settings(), "ml_service", instance, timing) {
      worker.runner->start();
      streams.start(*worker.runner);
    }
    ~Process() {
      streams.leave();
      worker.runner.reset();
    }
    Worker worker;
    JobStreams streams;
  };
  std::string url() const { return "sqlite:" + (folder_.path() / "jobs.db").string(); }
  std::string submit(Process& process, const std::string& kind) {
    Submission wanted;
    wanted.kind = kind;
    wanted.principal = testing_house::kAna;
    return loop_.run(process.worker.runner->submit(std::move(wanted))).value().id;
  }
  JobState state_of(Process& process, const std::string& id) {
    return loop_.run(process.worker.store.find("acme", id)).value().state;
  }
  void wait_until_done(Process& process, const std::vector<std::string>& ids) {
    for (const std::string& id : ids) {
      loop_.run_until([&] { return state_of(process, id) == JobState::succeeded; });
    }
  }
  std::int64_t waiting_messages() {
    const auto reply = loop_.run(redis_client_.command({"XLEN", "valion:jobs:ml_service:normal"}));
    return reply ? reply->integer : -1;
  }

  valion::testing::PrivateRedis redis_;
  valion::testing::TemporaryFolder folder_;
  valion::testing::TestLoop loop_;
  redis::Client redis_client_{loop_.executor(), redis_settings()};
  std::atomic<int> runs_ = 0;
  const Handler counted_ = [this](JobContext&) -> Result<std::string> {
    ++runs_;
    return "{}";
  };
};

TEST_F(JobStreamsTest, TellsAnotherProcessAtOnce) {
  const JobTiming unasked{1s, kNever};  // nobody looks into SQL by itself
  Process accepting(*this, unasked, "a", {});
  Process working(*this, unasked, "b", {{"counted", counted_}});
  loop_.run(sleep_for(50ms));
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(submit(accepting, "counted"));
  wait_until_done(accepting, ids);
  EXPECT_EQ(runs_, 20);
  loop_.run_until([&] { return waiting_messages() == 0; });
  const auto pending = loop_.run(redis_client_.command({"XPENDING", "valion:jobs:ml_service:normal", "workers"}));
  ASSERT_TRUE(pending);
  EXPECT_EQ(pending->elements.front().integer, 0) << "what was used is acknowledged";
}

TEST_F(JobStreamsTest, CancelsWithoutWaitingForAHeartbeat) {
  Gate gate;
  const JobTiming slow{30s, 1s};
  Process process(*this, slow, "a", {{"slow", gate.work()}});
  const std::string id = submit(process, "slow");
  loop_.run_until([&] { return gate.begun() == 1; });
  loop_.run(sleep_for(1100ms));  // two heartbeats would be a minute away
  ASSERT_TRUE(loop_.run(process.worker.store.cancel("acme", id)));
  const auto asked = std::chrono::steady_clock::now();
  ASSERT_TRUE(loop_.run(push_cancel(redis_client_, id)));
  loop_.run_until([&] { return state_of(process, id) == JobState::cancelled; });
  RecordProperty("cancelled_after_ms",
                 static_cast<int>((std::chrono::steady_clock::now() - asked) / std::chrono::milliseconds{1}));
}

TEST_F(JobStreamsTest, LosesNothingWhenRedisIsWiped) {
  Gate gate;
  const JobTiming timing{100ms, kNever};
  Process process(*this, timing, "a", {{"gate", gate.work()}, {"counted", counted_}});
  std::vector<std::string> ids{submit(process, "gate")};
  loop_.run_until([&] { return gate.begun() == 1; });
  for (int i = 0; i < 50; ++i) ids.push_back(submit(process, "counted"));
  ASSERT_TRUE(loop_.run(redis_client_.command({"FLUSHALL"})));
  gate.open();
  wait_until_done(process, ids);
  EXPECT_EQ(runs_, 50);
}

TEST_F(JobStreamsTest, LosesNothingWhileRedisIsAway) {
  const JobTiming timing{100ms, 50ms};
  Process process(*this, timing, "a", {{"counted", counted_}});
  redis_.crash();
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(submit(process, "counted"));
  wait_until_done(process, ids);
  redis_.start();
  ASSERT_TRUE(loop_.run(redis_client_.wait_connected(5s)));
  for (int i = 0; i < 20; ++i) ids.push_back(submit(process, "counted"));
  wait_until_done(process, ids);
  EXPECT_EQ(runs_, 40);
}

TEST_F(JobStreamsTest, GoesOnWhileRedisStandsStill) {
  const JobTiming timing{100ms, 50ms};
  Process process(*this, timing, "a", {{"counted", counted_}});
  redis_.hang();
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) ids.push_back(submit(process, "counted"));
  wait_until_done(process, ids);
  redis_.wake();
  EXPECT_EQ(runs_, 10);
}

TEST_F(JobStreamsTest, TakesOverWhatADeadInstanceRead) {
  const JobTiming timing{100ms, kNever};
  Process accepting(*this, timing, "a", {});
  const std::string stream = "valion:jobs:ml_service:normal";
  // The instance that is going to die makes the group, reads the permit, and is never heard of again.
  ASSERT_TRUE(loop_.run(redis_client_.command({"XGROUP", "CREATE", stream, "workers", "0", "MKSTREAM"})) ||
              loop_.run(redis_client_.command({"XLEN", stream})));
  const std::string id = submit(accepting, "counted");
  loop_.run_until([&] { return waiting_messages() == 1; });
  ASSERT_TRUE(loop_.run(
      redis_client_.command({"XREADGROUP", "GROUP", "workers", "dead", "COUNT", "1", "STREAMS", stream, ">"})));
  std::this_thread::sleep_for(1ms);
  Process working(*this, timing, "b", {{"counted", counted_}});
  wait_until_done(accepting, {id});
  EXPECT_EQ(runs_, 1);
}

TEST_F(JobStreamsTest, APermitTwiceIsStillOneRun) {
  const JobTiming timing{100ms, kNever};
  Process process(*this, timing, "a", {{"counted", counted_}});
  JobRecord again;
  again.service = "ml_service";
  again.id = submit(process, "counted");
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(loop_.run(push_ready(redis_client_, again)));
  wait_until_done(process, {again.id});
  loop_.run_until([&] { return waiting_messages() == 0; });
  EXPECT_EQ(runs_, 1);
}

}  // namespace
}  // namespace valion::jobs
