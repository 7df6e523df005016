#include <optional>
#include <utility>

#include "platform/jobs/job_rows.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion::jobs {
namespace {

Result<JobRecord> found(std::optional<JobRecord> job, const std::string& id) {
  if (!job) return fail(ErrorKind::not_found, "no job " + id);
  return std::move(*job);
}

}  // namespace

JobStore::JobStore(sql::Database& database, JobTiming timing) : database_(database), timing_(timing) {
  database_.migrate("jobs", job_migrations());
}

Async<Result<JobRecord>> JobStore::find(const std::string& tenant, const std::string& id) {
  auto read = [tenant, id, timing = timing_,
               clock = clock_expression(database_.is_postgresql())](soci::session& session) {
    reap_jobs(session, clock, timing.stale_after(), id);
    return found(read_job(session, tenant, id), id);
  };
  co_return co_await database_.run(std::move(read));
}

Async<Result<JobRecord>> JobStore::cancel(const std::string& tenant, const std::string& id) {
  auto request = [tenant, id, timing = timing_,
                  clock = clock_expression(database_.is_postgresql())](soci::session& session) -> Result<JobRecord> {
    reap_jobs(session, clock, timing.stale_after(), id);
    VALION_TRY(found(read_job(session, tenant, id), id));
    if (!request_cancel(session, id)) return fail(ErrorKind::conflict, "the job " + id + " has already ended");
    return found(read_job(session, tenant, id), id);
  };
  co_return co_await database_.run(std::move(request));
}

Async<Result<int>> JobStore::reap() {
  auto mark = [timing = timing_, clock = clock_expression(database_.is_postgresql())](soci::session& session) {
    return reap_jobs(session, clock, timing.stale_after(), std::nullopt);
  };
  co_return co_await database_.run(std::move(mark));
}

}  // namespace valion::jobs
