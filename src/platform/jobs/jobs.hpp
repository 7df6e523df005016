// Long work: accepted at once (202 + Location), then watched, cancelled, and recorded in SQL, which is the truth.
//
// First form: a job runs in the process that accepted it, on the runner's own threads. Its row carries a heartbeat; a row
// whose heartbeat is older than five beats belongs to a process that died, and any process that looks marks it failed,
// «interrupted». States: queued > running > succeeded | failed | cancelled. All processes of one home share one database.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/identity.hpp"
#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/sql/database.hpp"

namespace valion::jobs {

enum class JobState { queued, running, succeeded, failed, cancelled };

struct Progress {
  double done = 0;  // in units of `total`
  double total = 1;
  std::string stage;  // what is being done, in words for the user
};

// What anybody may read of a job. `result` is a JSON document, the answer of the work (empty until succeeded).
struct JobRecord {
  std::string id;
  std::string kind;  // `ml.training`, `reports.render`, …
  std::string tenant;
  std::string user;
  std::string service;
  JobState state = JobState::queued;
  Progress progress;
  std::string created_at, started_at, finished_at;  // RFC 3339, empty if not yet
  std::string result;
  std::optional<Error> error;  // failed: kind and message
};

// Handed to the work. Thread-safe. Progress is written to SQL at most four times a second.
class JobContext {
 public:
  virtual ~JobContext() = default;
  virtual void progress(double done, double total, std::string stage) = 0;
  [[nodiscard]] virtual bool cancelled() const = 0;  // ask often: cancelling is cooperative
};

// Runs on a job thread and may block. Returns the JSON of the answer. Must return ErrorKind::cancelled soon after
// context.cancelled() turns true.
using Work = std::function<Result<std::string>(JobContext&)>;

// Equal in all processes of one home: who looks judges by it whether the one who works still lives.
struct JobTiming {
  std::chrono::milliseconds heartbeat{1'000};
  [[nodiscard]] std::chrono::milliseconds stale_after() const noexcept { return 5 * heartbeat; }
};

class JobStore {
 public:
  explicit JobStore(sql::Database& database, JobTiming timing = {});  // migrates
  // not_found also for another tenant's job.
  Async<Result<JobRecord>> find(const std::string& tenant, const std::string& id);
  // Asks for cancellation: a queued job is cancelled at once; a running one hears of it within a heartbeat, in whatever
  // process, and turns cancelled when its work notices. conflict when it has already ended.
  Async<Result<JobRecord>> cancel(const std::string& tenant, const std::string& id);
  // Marks jobs of dead processes as failed, interrupted; returns how many. find() does it too for the job it reads.
  Async<Result<int>> reap();
  [[nodiscard]] sql::Database& database() noexcept { return database_; }
  [[nodiscard]] const JobTiming& timing() const noexcept { return timing_; }

 private:
  sql::Database& database_;
  JobTiming timing_;
};

// Runs work on `threads` threads of its own. submit() and active() are thread-safe.
class JobRunner {
 public:
  JobRunner(JobStore& store, std::string service, std::string instance, std::size_t threads,
            std::size_t queue_limit = 1000);
  // Asks running work to cancel and waits for it. What it did not finish is recorded as failed, interrupted: the process
  // ended it, not the user.
  ~JobRunner();
  JobRunner(const JobRunner&) = delete;
  JobRunner& operator=(const JobRunner&) = delete;

  // Records the job as queued and returns it; unavailable when the queue is full. Work that throws fails as internal.
  // Work whose row was taken away meanwhile (reaped, because this process stood still too long) is asked to cancel.
  Async<Result<JobRecord>> submit(std::string kind, const Principal& principal, Work work);
  [[nodiscard]] std::size_t active() const noexcept;  // queued and running here

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::jobs
