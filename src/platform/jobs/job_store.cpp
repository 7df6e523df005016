#include <algorithm>
#include <optional>
#include <utility>

#include "base/date.hpp"
#include "platform/jobs/idempotency.hpp"
#include "platform/jobs/job_changes.hpp"
#include "platform/jobs/job_rows.hpp"
#include "platform/jobs/job_schema.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion::jobs {
namespace {

constexpr int kMostListed = 1'000;

Result<JobRecord> found(std::optional<JobRecord> job, const std::string& id) {
  if (!job) return fail(ErrorKind::not_found, "no job " + id);
  return std::move(*job);
}

// No parameter where nothing is asked: `like` and `or` would keep the index from being used.
std::vector<JobRecord> select_filtered(soci::session& session, const std::string& whose, const std::string& owner,
                                       const JobFilter& filter) {
  const std::string newest = "~";  // sorts after every id
  const std::string& after = filter.after.empty() ? newest : filter.after;
  const std::string state = filter.state ? " and state = '" + std::string(name_of(*filter.state)) + "'" : std::string();
  const std::string rest = whose + " and id < :after" + state +
                           " and (:kind = '' or kind = :same_kind) order by id desc limit " +
                           std::to_string(std::clamp(filter.limit, 1, kMostListed));
  if (owner.empty()) return select_jobs(session, "where " + rest, after, filter.kind, filter.kind);
  return select_jobs(session, "where " + rest, owner, after, filter.kind, filter.kind);
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
    const bool stale = !has_ended(job.state) && needs_sweep(session, clock, stale_after, job.service);
    return Seen{std::move(job), stale};
  };
  auto seen = co_await database_.read(std::move(look));
  if (!seen) co_return fail(std::move(seen).error());
  if (!seen->stale) co_return std::move(seen->job);

  auto sweep_and_read = [tenant, id, clock, stale_after, service = seen->job.service](soci::session& session) {
    sweep(session, clock, stale_after, service);
    return found(read_job(session, tenant, id), id);
  };
  co_return co_await database_.run(std::move(sweep_and_read));
}

Async<Result<std::vector<JobRecord>>> JobStore::list(const std::string& tenant, JobFilter filter) {
  auto select = [tenant, filter = std::move(filter)](soci::session& session) {
    return select_filtered(session, "tenant = :tenant", tenant, filter);
  };
  co_return co_await database_.read(std::move(select));
}

Async<Result<JobRecord>> JobStore::cancel(const std::string& tenant, const std::string& id) {
  auto request = [tenant, id](soci::session& session) -> Result<JobRecord> {
    VALION_TRY(found(read_job(session, tenant, id), id));
    if (!request_cancel(session, id)) return fail(ErrorKind::conflict, "the job " + id + " has already ended");
    return found(read_job(session, tenant, id), id);
  };
  co_return co_await database_.run(std::move(request));
}

Async<Result<std::vector<JobRecord>>> JobStore::dead_letters(JobFilter filter, const std::string& tenant) {
  filter.state.reset();
  auto select = [tenant, filter = std::move(filter)](soci::session& session) {
    return select_filtered(session, tenant.empty() ? "dead = 1" : "dead = 1 and tenant = :tenant", tenant, filter);
  };
  co_return co_await database_.read(std::move(select));
}

Async<Result<JobRecord>> JobStore::replay(const std::string& id, const std::string& tenant) {
  auto request = [id, tenant,
                  clock = clock_expression(database_.is_postgresql())](soci::session& session) -> Result<JobRecord> {
    VALION_TRY(found(tenant.empty() ? read_job(session, id) : read_job(session, tenant, id), id));
    if (!replay_job(session, clock, id)) {
      return fail(ErrorKind::conflict, "the job " + id + " has not failed; only failed jobs can be replayed");
    }
    return found(read_job(session, id), id);
  };
  co_return co_await database_.run(std::move(request));
}

Result<int> delete_ended_jobs(sql::Database& database, std::chrono::hours age) {
  database.migrate("jobs", job_migrations());
  const std::string moment = utc_timestamp(std::chrono::system_clock::now() - age);
  int deleted = 0;
  VALION_TRY(database.transact([&](soci::session& session) {
    delete_old_keys(session, clock_expression(database.is_postgresql()));
    deleted = delete_ended(session, moment);
    return true;
  }));
  return deleted;
}

Result<int> count_ended_jobs(sql::Database& database, std::chrono::hours age) {
  database.migrate("jobs", job_migrations());
  const std::string moment = utc_timestamp(std::chrono::system_clock::now() - age);
  int count = 0;
  const auto look = [&](soci::session& session) {
    session << "select count(*) from jobs where state in ('succeeded', 'failed', 'cancelled', 'expired') "
               "and finished_at < :moment",
        soci::use(moment), soci::into(count);
    return true;
  };
  VALION_TRY(database.transact(look, sql::Access::read));
  return count;
}

}  // namespace valion::jobs
