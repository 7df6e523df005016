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

struct Seen {
  JobRecord job;
  bool stale = false;
};

}  // namespace

JobStore::JobStore(sql::Database& database, JobTiming timing) : database_(database), timing_(timing) {
  database_.migrate("jobs", job_migrations());
}

// Many look often, and hardly ever is there something to write: so it reads first, and keeps no writer waiting.
Async<Result<JobRecord>> JobStore::find(const std::string& tenant, const std::string& id) {
  const std::string clock = clock_expression(database_.is_postgresql());
  const auto stale_after = timing_.stale_after();
  auto look = [tenant, id, clock, stale_after](soci::session& session) -> Result<Seen> {
    VALION_TRY_ASSIGN(JobRecord job, found(read_job(session, tenant, id), id));
    return Seen{std::move(job), is_stale(session, clock, stale_after, id)};
  };
  auto seen = co_await database_.read(std::move(look));
  if (!seen) co_return fail(std::move(seen).error());
  if (!seen->stale) co_return std::move(seen->job);

  auto reap_and_read = [tenant, id, clock, stale_after](soci::session& session) {
    reap_jobs(session, clock, stale_after, id);
    return found(read_job(session, tenant, id), id);
  };
  co_return co_await database_.run(std::move(reap_and_read));
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
