// The table `jobs`: one row a job, every change of state a compare-and-set, so that of two processes only one wins.
// All moments are the database's own clock, so that the clocks of the processes need not agree.
#pragma once

#include <soci/soci.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "platform/jobs/jobs.hpp"

namespace valion::jobs {

[[nodiscard]] const std::vector<sql::Migration>& job_migrations();

// The SQL expression of now, in milliseconds since 1970, in the database's dialect.
[[nodiscard]] std::string clock_expression(bool is_postgresql);

// `instance` says in whose process the job runs: for people who read the table.
void insert_job(soci::session& session, const std::string& clock, const JobRecord& job, const std::string& instance);
[[nodiscard]] std::optional<JobRecord> read_job(soci::session& session, const std::string& tenant,
                                                const std::string& id);

// queued > running; false when it is no longer queued.
bool start_job(soci::session& session, const std::string& clock, const std::string& id);
void write_progress(soci::session& session, const std::string& id, const Progress& progress);
// running > succeeded, failed or cancelled, with the last progress; false when the row has already ended.
bool finish_job(soci::session& session, const std::string& id, const JobRecord& ended);
// queued > failed, when the process stops before the job began.
bool interrupt_queued(soci::session& session, const std::string& id, const std::string& message);

// queued > cancelled at once; a running job is marked. False when the job has already ended.
bool request_cancel(soci::session& session, const std::string& id);

struct Beat {
  std::string id;
  bool cancel_requested = false;
};
// Writes the heartbeat of those of `ids` that have not ended, and returns them.
[[nodiscard]] std::vector<Beat> beat(soci::session& session, const std::string& clock,
                                     const std::vector<std::string>& ids);

// Whether the job has not ended although its heartbeat is older than `stale_after`. Only reads.
[[nodiscard]] bool is_stale(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
                            const std::string& id);

// Jobs (or the one job `id`) whose heartbeat is older than `stale_after` become failed, interrupted; returns how many.
int reap_jobs(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
              const std::optional<std::string>& id);

}  // namespace valion::jobs
