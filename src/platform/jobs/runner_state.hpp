// What the threads of a runner share: job threads that run handlers, and the ledger, the one thread that writes job rows.
//
// The ledger puts everything that arrived during one transaction into the next (group commit): new jobs, outcomes, progress,
// heartbeats, claims. What waits for it is never more than one transaction away.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/jobs/fair_claim.hpp"
#include "platform/jobs/job_changes.hpp"
#include "platform/jobs/job_metrics.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/jobs/running_job.hpp"

namespace valion::jobs {

using SharedJob = std::shared_ptr<RunningJob>;

// One caller of submit().
struct Waiting {
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Waiting(Executor loop, NewJob job) : executor(loop), timer(loop, Timer::time_point::max()), wanted(std::move(job)) {}
  Executor executor;
  Timer timer;
  NewJob wanted;
  Result<JobRecord> answer = fail(ErrorKind::cancelled, "the caller no longer waits for the job to be accepted");
  bool answered = false;  // on the executor
};
using SharedWaiting = std::shared_ptr<Waiting>;

struct Kind {
  Handler handler;
  KindOptions options;
};

// What one transaction does, and what came of it.
struct Batch {
  std::vector<SharedWaiting> submitted;
  std::vector<Ending> ended;
  std::vector<SharedJob> saving;
  std::size_t wanted = 0;  // claims
  std::vector<Permit> permits;
  bool beats = false;

  std::vector<JobRecord> inserted;  // as `submitted`
  std::vector<bool> kept;           // as `ended`
  Claimed claimed;
  std::map<std::string, Beat> heartbeats;
  [[nodiscard]] bool empty() const noexcept {
    return submitted.empty() && ended.empty() && saving.empty() && wanted == 0 && !beats;
  }
};

struct JobRunner::State {
  using Clock = std::chrono::steady_clock;
  State(JobStore& job_store, RunnerSettings given);

  JobStore& store;
  const RunnerSettings settings;
  const std::string clock;  // SQL
  std::map<std::string, Kind> kinds;
  std::vector<std::string> kind_names;
  JobMetrics metrics;

  mutable std::mutex mutex;
  std::condition_variable books;    // wakes the ledger
  std::condition_variable workers;  // wakes job threads
  Announcer* announcer = nullptr;
  bool started = false;
  bool stopping = false;
  bool workers_gone = false;
  std::vector<SharedWaiting> submitted;
  std::vector<Ending> ended;
  std::deque<SharedJob> ready;            // claimed, not begun
  std::map<std::string, SharedJob> here;  // claimed, until its outcome is written
  std::vector<Permit> permits;
  bool look = false;                                    // into SQL, without a permit
  bool announce_again = false;                          // what waits
  double mean_seconds = -1;                             // of an attempt, moving; negative: not known
  std::map<std::string, std::size_t> queued_of_tenant;  // about: counted now and then, kept up meanwhile
  std::vector<std::thread> threads;
  std::thread ledger;

  // job_runner.cpp: called with the mutex held.
  [[nodiscard]] std::size_t capacity() const;
  [[nodiscard]] std::size_t free_places() const;
  // The job threads.
  void work();
  [[nodiscard]] SharedJob next();
  void record(const RunningJob& job, Ending ending, double seconds);

  // ledger.cpp
  void keep_books();

 private:
  [[nodiscard]] bool has_work() const;
  [[nodiscard]] Clock::time_point next_due() const;
  Batch gather(Clock::time_point now);
  void hand_back_late(Clock::time_point now);
  void apply(soci::session& session, Batch& batch);
  [[nodiscard]] Result<void> commit(Batch& batch);
  void commit_one_by_one(Batch& batch);
  void finish(Batch& batch, Clock::time_point began);
  void answer(std::vector<SharedWaiting> waiting);
  void adopt(Batch& batch, Clock::time_point began);
  void settle(Batch& batch);
  void hear_beats(Batch& batch, Clock::time_point began);
  void put_back(Batch& batch, const Error& error);
  void sweep_if_due(Clock::time_point now);
  void count_if_due(Clock::time_point now);
  void announce_waiting();
  [[nodiscard]] bool something_ready();
  [[nodiscard]] Claiming claiming() const;
  void complain(const std::string& message) const;

  FairClaim fair_;
  Clock::time_point next_beat_{}, next_save_{}, next_poll_{}, next_sweep_{}, next_count_{}, retry_at_{};
  int failures_ = 0;      // of the database, in a row
  bool limited_ = false;  // a tenant has more than it may run at once
};

}  // namespace valion::jobs
