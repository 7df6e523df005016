// Long work: accepted at once (202 + Location), then watched, cancelled, retried, and recorded in SQL, which is the truth.
//
//   runner.handle("ml.training", [&](JobContext& job) -> Result<std::string> { … return json; });
//   co_await runner.submit({.kind = "ml.training", .payload = json, .principal = who});
//
// Any process of the service that knows the kind may run the job, and another goes on with it when the first one dies: from
// the checkpoint, if the handler saved one. A job is delivered at least once and never runs twice at once; what it writes is
// fenced, so that it has one effect. State machine, fence, streams and why: docs/adr/0008.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/async/async.hpp"
#include "platform/jobs/job.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/sql/database.hpp"
#include "platform/trace/span.hpp"

namespace valion::jobs {

// What the handler sees of its attempt. Thread-safe; none but confirm() waits for SQL.
class JobContext {
 public:
  virtual ~JobContext() = default;
  // Payload, principal, attempt, fence, and the checkpoint of earlier attempts.
  [[nodiscard]] virtual const JobRecord& job() const = 0;
  // Written to SQL at most four times a second.
  virtual void progress(double done, double total, std::string stage) = 0;
  // JSON that the next attempt finds in job().checkpoint, should this one not end: written with the progress.
  virtual void checkpoint(std::string json) = 0;
  // Ask often: stopping is cooperative. True when the user cancelled, the process stops, or this attempt lost the job.
  [[nodiscard]] virtual bool cancelled() const = 0;
  // Whether this attempt still owns the job, asked of SQL: before an effect outside the jobs database. interrupted if not.
  [[nodiscard]] virtual Result<void> confirm() = 0;
  // Runs in the transaction that records success: it happens exactly once, or not at all. It may run again after a lost race.
  virtual void with_success(std::function<void(soci::session&)> effect) = 0;
  // What the attempt's spans hang below; set before the handler begins.
  void set_span(trace::Parent parent) { span_ = std::move(parent); }
  [[nodiscard]] const trace::Parent& span() const noexcept { return span_; }

 private:
  trace::Parent span_;
};

// Runs on a job thread and may block. Returns the JSON of the answer. Must return ErrorKind::cancelled soon after
// cancelled() turns true. Errors that may pass (worth_retrying()) are tried again.
using Handler = std::function<Result<std::string>(JobContext&)>;

// Equal in all processes of one home: who looks judges by it whether the one who works still lives.
struct JobTiming {
  std::chrono::milliseconds heartbeat{1'000};
  std::chrono::milliseconds poll{1'000};  // how often a free process looks into SQL unasked
  [[nodiscard]] std::chrono::milliseconds stale_after() const noexcept { return 5 * heartbeat; }
};

struct JobFilter {
  std::optional<JobState> state;
  std::string kind;   // empty: all
  std::string after;  // id: only older ones
  int limit = 50;
};

// Reading and steering, for every process (the gateway too). Errors of SQL: unavailable, internal.
class JobStore {
 public:
  explicit JobStore(sql::Database& database, JobTiming timing = {});  // migrates
  // not_found also for another tenant's job. A job of a dead worker is queued again first.
  Async<Result<JobRecord>> find(const std::string& tenant, const std::string& id);
  Async<Result<std::vector<JobRecord>>> list(const std::string& tenant, JobFilter filter);  // newest first
  // A queued job is cancelled at once; a running one hears of it within a heartbeat (at once through JobStreams::cancel()), and
  // turns cancelled when its handler notices. conflict when it has already ended.
  Async<Result<JobRecord>> cancel(const std::string& tenant, const std::string& id);
  // Failed although worth retrying, of `tenant`, or of all when it is empty. Newest first.
  Async<Result<std::vector<JobRecord>>> dead_letters(JobFilter filter, const std::string& tenant = {});
  // failed > queued as if new, with its checkpoint. conflict when it has not failed; not_found also for a job of another tenant
  // than `tenant`, unless that is empty.
  Async<Result<JobRecord>> replay(const std::string& id, const std::string& tenant = {});
  // The process stops: those who watch jobs should end. Thread-safe.
  void end_watches() noexcept { watches_ended_ = true; }
  [[nodiscard]] bool watches_ended() const noexcept { return watches_ended_; }
  [[nodiscard]] sql::Database& database() noexcept { return database_; }
  [[nodiscard]] const JobTiming& timing() const noexcept { return timing_; }

 private:
  sql::Database& database_;
  JobTiming timing_;
  std::atomic<bool> watches_ended_{false};
};

// Deletes jobs that ended more than `age` ago, and idempotency keys that ran out; how many jobs. Blocking, for `valion gc`.
Result<int> delete_ended_jobs(sql::Database& database, std::chrono::hours age);
// How many it would delete. Only reads.
Result<int> count_ended_jobs(sql::Database& database, std::chrono::hours age);

// A message of the stream: it lets its reader claim one job.
struct Permit {
  std::string stream;
  std::string entry;
};

// How the runner reaches other processes; called on its own threads with its lock held: must not block, nor call it back.
class Announcer {
 public:
  virtual ~Announcer() = default;
  virtual void ready(std::vector<JobRecord> jobs) = 0;  // may run now, in whatever process
  virtual void used(std::vector<Permit> permits) = 0;
  virtual void wants_permits() = 0;  // again, after it wanted none
};

struct RunnerSettings {
  std::string service;
  std::string instance;
  std::size_t threads = 1;                           // jobs at once
  std::size_t tenant_limit = 0;                      // running at once, of one tenant in the service; 0: no limit
  std::size_t tenant_queue_limit = 20'000;           // waiting, of one tenant in the service
  metrics::Registry* metrics = nullptr;              // outlives the runner; null: none
  std::function<void(const std::string&)> complain;  // thread-safe; what the operator should read
  // Runs the handler: the place for a span and a log line around each attempt. Empty: just runs it.
  std::function<Result<std::string>(JobContext&, const Handler&)> around;
};

// Accepts jobs, and claims and runs those whose kind it knows. Members are thread-safe unless they say otherwise.
class JobRunner {
 public:
  JobRunner(JobStore& store, RunnerSettings settings);
  // Asks what runs to stop, waits for it and hands it back: queued, with progress and checkpoint.
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Before start(). Not thread-safe.
  void handle(std::string kind, Handler handler, KindOptions options = {});
  void attach(Announcer* announcer);  // null: SQL alone. After attach(nullptr) the earlier one is not used any more
  // Begins to claim.
  void start();

  // Records the job as queued. too_many_requests (the tenant's queue is full), unavailable (stopping, database away).
  Async<Result<JobRecord>> submit(Submission submission);
  void permit(std::vector<Permit> permits);
  [[nodiscard]] std::size_t permits_wanted() const;
  [[nodiscard]] bool handles_any() const noexcept;
  void cancel(const std::string& id);                 // a running job here, asked by its user; does nothing for others
  void look_now();                                    // into SQL: something may be ready
  void announce_waiting();                            // again, what is ready: the streams were lost
  [[nodiscard]] std::size_t active() const noexcept;  // claimed and running here

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion::jobs
