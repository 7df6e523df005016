// For tests: a database of either kind, handlers whose work waits for a gate, and as many processes as a test needs.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/jobs/job_rows.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/sql/test_database.hpp"

namespace valion::jobs::testing_house {

using valion::testing::Engine;
using namespace std::chrono_literals;

inline const Principal kAna{"acme", "ana", {"valuer", "admin"}};

// Work that stands still until it is let go or asked to stop.
class Gate {
 public:
  Handler work(std::string answer = "{}") {
    return [this, answer = std::move(answer)](JobContext& context) -> Result<std::string> {
      ++begun_;
      while (!open_ && (stubborn_ || !context.cancelled())) std::this_thread::sleep_for(1ms);
      if (!stubborn_ && context.cancelled()) return fail(ErrorKind::cancelled, "stopped");
      return answer;
    };
  }
  [[nodiscard]] int begun() const { return begun_; }
  void open() { open_ = true; }
  void ignore_requests() { stubborn_ = true; }

 private:
  std::atomic<int> begun_ = 0;
  std::atomic<bool> open_ = false;
  std::atomic<bool> stubborn_ = false;
};

// What handlers did, in order.
class Noted {
 public:
  void add(std::string what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
  }
  [[nodiscard]] std::vector<std::string> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

inline Result<std::string> quick(JobContext&) { return "{}"; }

// What a process of the service is to a job.
class Worker {
 public:
  using Kinds = std::map<std::string, Handler>;
  Worker(const std::string& url, JobTiming timing, const std::string& instance, const Kinds& kinds,
         KindOptions options = {}, RunnerSettings settings = {})
      : database(url), store(database, timing) {
    settings.service = "ml_service";
    settings.instance = instance;
    runner = std::make_unique<JobRunner>(store, std::move(settings));
    for (const auto& [kind, handler] : kinds) runner->handle(kind, handler, options);
  }

  sql::Database database;
  JobStore store;
  std::unique_ptr<JobRunner> runner;
};

class JobsHouse : public ::testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    database_ = std::make_unique<sql::Database>(place_.url());
    store_ = std::make_unique<JobStore>(*database_, timing_);
  }

  std::unique_ptr<Worker> worker(const std::string& instance, const Worker::Kinds& kinds, KindOptions options = {},
                                 RunnerSettings settings = {}) {
    auto made = std::make_unique<Worker>(place_.url(), timing_, instance, kinds, options, std::move(settings));
    made->runner->start();
    return made;
  }
  static Submission of(const std::string& kind, const std::string& tenant = "acme") {
    Submission wanted;
    wanted.kind = kind;
    wanted.principal = kAna;
    wanted.principal.tenant = tenant;
    return wanted;
  }
  JobRecord submit(Worker& worker, Submission wanted) {
    return loop_.run(worker.runner->submit(std::move(wanted))).value();
  }
  JobRecord submit(Worker& worker, const std::string& kind) { return submit(worker, of(kind)); }
  Result<JobRecord> look(const std::string& id, const std::string& tenant = "acme") {
    return loop_.run(store_->find(tenant, id));
  }
  JobRecord wait_for(const std::string& id, JobState state, const std::string& tenant = "acme") {
    JobRecord job;
    loop_.run_until([&] {
      job = look(id, tenant).value();
      return job.state == state;
    });
    return job;
  }
  void sql(const std::string& statement) {
    ASSERT_TRUE(database_->transact([&](soci::session& session) {
      session << statement;
      return true;
    }));
  }
  // Everybody believes that the worker of this job died, although it lives.
  void declare_dead(const std::string& id, const std::string& instance) {
    sql("update jobs set heartbeat_ms = 0 where id = '" + id + "' and instance = '" + instance + "'");
  }

  const JobTiming timing_{100ms, 50ms};  // stale after half a second
  valion::testing::TestDatabase place_{GetParam()};
  valion::testing::TestLoop loop_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<JobStore> store_;
};

}  // namespace valion::jobs::testing_house
