// Every change of a job's row: one UPDATE each, naming the state that it leaves and, for a running job, the fence (compare-and-
// set). Inside the caller's transaction. `clock`: clock_expression().
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/job.hpp"

namespace valion::jobs {

struct NewJob {
  JobRecord job;
  std::chrono::milliseconds delay{0};
  std::chrono::milliseconds expires_after{0};
  std::string idempotency_key;
};

// Prepared once, used for a whole batch.
class InsertJobs {
 public:
  InsertJobs(soci::session& session, const std::string& clock);
  // The job as inserted, or the one that has its idempotency key already.
  JobRecord insert(const NewJob& wanted);

 private:
  soci::session& session_;
  JobRecord row_;
  std::string state_, roles_, key_;
  int priority_ = 0;
  long long delay_ms_ = 0, expires_ms_ = 0;
  soci::statement statement_;
};

// How one attempt ended. `queued`: it goes on later, with its checkpoint, in whatever process.
struct Ending {
  std::string id;
  std::int64_t fence = 0;
  JobState state = JobState::failed;
  Progress progress;
  std::string checkpoint;
  std::string result;
  std::optional<Error> error;
  bool dead = false;
  std::chrono::milliseconds pause{0};          // queued: before the next attempt
  bool attempt_counts = true;                  // queued: false when the process handed it back
  std::function<void(soci::session&)> effect;  // succeeded: written in the same transaction
  std::string kind;                            // for the metrics, like `seconds`
  double seconds = -1;                         // negative: it never began
};

class EndJobs {
 public:
  EndJobs(soci::session& session, const std::string& clock);
  // False when the attempt no longer owns the job: nothing was written, no effect either. A job that the user cancelled
  // meanwhile is not queued again but cancelled.
  bool end(const Ending& ending);

 private:
  bool execute(soci::statement& statement);

  soci::session& session_;
  Ending row_;
  std::string state_, now_, error_kind_, error_message_;
  double eta_ = -1;
  int dead_ = 0, uncounted_ = 0;
  long long fence_ = 0, pause_ms_ = 0;
  soci::statement ended_, queued_;
};

// Progress and checkpoint of a running attempt; false when it no longer owns the job.
bool write_progress(soci::session& session, const std::string& id, std::int64_t fence, const Progress& progress,
                    const std::string& checkpoint);
[[nodiscard]] bool owns_job(soci::session& session, const std::string& id, std::int64_t fence);

struct Beat {
  std::int64_t fence = 0;
  bool cancel_requested = false;
};
// Writes the heartbeat of what `instance` runs, and returns it by id.
[[nodiscard]] std::map<std::string, Beat> beat(soci::session& session, const std::string& clock,
                                               const std::string& service, const std::string& instance);

// queued > cancelled at once; a running job is marked. False when the job has already ended.
bool request_cancel(soci::session& session, const std::string& id);
// failed > queued, as new, with its checkpoint; false when it has not failed.
bool replay_job(soci::session& session, const std::string& clock, const std::string& id);

// A worker whose heartbeat is older than `stale_after` is dead: its job is queued again, or failed, interrupted and dead when its
// attempts are used up, or cancelled when that was asked. Queued jobs past their time expire.
struct Swept {
  std::vector<JobRecord> queued;  // again
  int failed = 0;
  int cancelled = 0;
  int expired = 0;
  [[nodiscard]] int total() const noexcept { return static_cast<int>(queued.size()) + failed + cancelled + expired; }
};
// Only reads: whether sweep() would find anything in `service`.
[[nodiscard]] bool needs_sweep(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
                               const std::string& service);
Swept sweep(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
            const std::string& service);

// Rows that ended before `moment` (RFC 3339); how many.
int delete_ended(soci::session& session, const std::string& moment);

}  // namespace valion::jobs
