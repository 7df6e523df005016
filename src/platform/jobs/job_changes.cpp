#include "platform/jobs/job_changes.hpp"

#include <utility>

#include "base/date.hpp"
#include "platform/jobs/job_rows.hpp"

namespace valion::jobs {
namespace {

std::string now_text() { return utc_timestamp(std::chrono::system_clock::now()); }

std::string joined(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ",") + role;
  return text;
}

std::string after(const std::string& clock, const std::string& milliseconds) { return clock + " + " + milliseconds; }

std::string before(const std::string& clock, std::chrono::milliseconds age) {
  return clock + " - (" + std::to_string(age.count()) + ")";
}

std::string stale(const std::string& clock, std::chrono::milliseconds stale_after) {
  return "service = :service and state = 'running' and heartbeat_ms < " + before(clock, stale_after);
}

std::string expired(const std::string& clock) {
  return "service = :service and state = 'queued' and expires_ms > 0 and expires_ms < " + clock;
}

template <class... Values>
int update(soci::session& session, const std::string& statement, const Values&... values) {
  soci::statement prepared(session);
  (prepared.exchange(soci::use(values)), ...);
  prepared.alloc();
  prepared.prepare(statement);
  prepared.define_and_bind();
  return affected(prepared);
}

}  // namespace

InsertJobs::InsertJobs(soci::session& session, const std::string& clock)
    : session_(session),
      statement_(
          (session.prepare
               << "insert into jobs (id, kind, tenant, user_name, roles, service, instance, state, priority, "
                  "attempt, max_attempts, heartbeat_ms, not_before_ms, expires_ms, progress_done, progress_total, "
                  "created_at, payload, idempotency_key, request_id, traceparent) values (:id, :kind, :tenant, "
                  ":user, :roles, :service, '', :state, :priority, 0, :max, 0, " +
                      after(clock, ":delay") + ", " + after(clock, ":expires") +
                      ", 0, 1, :created, :payload, :key, :request, :trace) on conflict do nothing",
           soci::use(row_.id), soci::use(row_.kind), soci::use(row_.principal.tenant), soci::use(row_.principal.user),
           soci::use(roles_), soci::use(row_.service), soci::use(state_), soci::use(priority_),
           soci::use(row_.max_attempts), soci::use(delay_ms_), soci::use(expires_ms_), soci::use(row_.created_at),
           soci::use(row_.payload), soci::use(key_), soci::use(row_.request_id), soci::use(row_.traceparent))) {}

JobRecord InsertJobs::insert(const NewJob& wanted) {
  row_ = wanted.job;
  row_.payload = storable(row_.payload);
  state_ = name_of(JobState::queued);
  roles_ = joined(row_.principal.roles);
  key_ = wanted.idempotency_key;
  priority_ = static_cast<int>(row_.priority);
  delay_ms_ = wanted.delay.count();
  expires_ms_ = (wanted.delay + wanted.expires_after).count();
  if (affected(statement_) == 1) return row_;
  auto earlier = select_jobs(session_, "where tenant = :tenant and user_name = :user and idempotency_key = :key",
                             row_.principal.tenant, row_.principal.user, key_);
  if (earlier.empty()) throw std::runtime_error("two jobs have the id " + row_.id);
  return std::move(earlier.front());
}

EndJobs::EndJobs(soci::session& session, const std::string& clock)
    : session_(session),
      ended_((session.prepare
                  << "update jobs set state = :state, progress_done = :done, progress_total = :total, stage = :stage, "
                     "eta = -1, checkpoint = :checkpoint, finished_at = :now, result = :result, error_kind = :kind, "
                     "error_message = :message, dead = :dead, revision = revision + 1 "
                     "where id = :id and state = 'running' and fence = :fence",
              soci::use(state_), soci::use(row_.progress.done), soci::use(row_.progress.total),
              soci::use(row_.progress.stage), soci::use(row_.checkpoint), soci::use(now_), soci::use(row_.result),
              soci::use(error_kind_), soci::use(error_message_), soci::use(dead_), soci::use(row_.id),
              soci::use(fence_))),
      queued_(
          (session.prepare
               << "update jobs set state = 'queued', progress_done = :done, progress_total = :total, stage = :stage, "
                  "eta = -1, checkpoint = :checkpoint, not_before_ms = " +
                      after(clock, ":pause") +
                      ", attempt = attempt - :uncounted, error_kind = :kind, error_message = :message, revision = "
                      "revision + 1 "
                      "where id = :id and state = 'running' and fence = :fence and cancel_requested = 0",
           soci::use(row_.progress.done), soci::use(row_.progress.total), soci::use(row_.progress.stage),
           soci::use(row_.checkpoint), soci::use(pause_ms_), soci::use(uncounted_), soci::use(error_kind_),
           soci::use(error_message_), soci::use(row_.id), soci::use(fence_))) {}

bool EndJobs::end(const Ending& ending) {
  row_ = ending;
  row_.progress.stage = storable(row_.progress.stage);
  row_.result = storable(row_.result);
  row_.checkpoint = storable(row_.checkpoint);
  state_ = name_of(ending.state);
  now_ = now_text();
  error_kind_ = ending.error ? std::string(name_of(ending.error->kind)) : std::string();
  error_message_ = ending.error ? storable(ending.error->message) : std::string();
  dead_ = ending.dead ? 1 : 0;
  uncounted_ = ending.attempt_counts ? 0 : 1;
  fence_ = ending.fence;
  pause_ms_ = ending.pause.count();
  if (ending.state == JobState::queued) {
    if (affected(queued_) == 1) return true;
    state_ = name_of(JobState::cancelled);  // what remains, if the job is ours at all
    error_kind_.clear();
    error_message_.clear();
  }
  if (affected(ended_) != 1) return false;
  if (ending.state == JobState::succeeded && ending.effect) ending.effect(session_);
  return true;
}

bool write_progress(soci::session& session, const std::string& id, std::int64_t fence, const Progress& progress,
                    const std::string& checkpoint) {
  const std::string stage = storable(progress.stage), saved = storable(checkpoint);
  const double eta = progress.eta.value_or(-1);
  const long long owned = fence;
  return update(session,
                "update jobs set progress_done = :done, progress_total = :total, stage = :stage, eta = :eta, "
                "checkpoint = :checkpoint, revision = revision + 1 "
                "where id = :id and state = 'running' and fence = :fence",
                progress.done, progress.total, stage, eta, saved, id, owned) == 1;
}

bool owns_job(soci::session& session, const std::string& id, std::int64_t fence) {
  int count = 0;
  const long long owned = fence;
  session << "select count(*) from jobs where id = :id and state = 'running' and fence = :fence", soci::into(count),
      soci::use(id), soci::use(owned);
  return count == 1;
}

std::map<std::string, Beat> beat(soci::session& session, const std::string& clock, const std::string& service,
                                 const std::string& instance) {
  const std::string ours = " where service = :service and state = 'running' and instance = :instance";
  update(session, "update jobs set heartbeat_ms = " + clock + ours, service, instance);
  std::map<std::string, Beat> beats;
  std::string id;
  long long fence = 0;
  int cancel_requested = 0;
  soci::statement rows = (session.prepare << "select id, fence, cancel_requested from jobs" + ours, soci::into(id),
                          soci::into(fence), soci::into(cancel_requested), soci::use(service), soci::use(instance));
  rows.execute();
  while (rows.fetch()) beats[id] = Beat{fence, cancel_requested != 0};
  return beats;
}

bool request_cancel(soci::session& session, const std::string& id) {
  const std::string now = now_text();
  if (update(session,
             "update jobs set state = 'cancelled', finished_at = :now, cancel_requested = 1, revision = revision + 1 "
             "where id = :id and state = 'queued'",
             now, id) == 1) {
    return true;
  }
  return update(session,
                "update jobs set cancel_requested = 1, revision = revision + 1 where id = :id and state = 'running'",
                id) == 1;
}

bool replay_job(soci::session& session, const std::string& clock, const std::string& id) {
  return update(session,
                "update jobs set state = 'queued', dead = 0, attempt = 0, cancel_requested = 0, finished_at = '', "
                "error_kind = '', error_message = '', expires_ms = 0, revision = revision + 1, not_before_ms = " +
                    clock + " where id = :id and state = 'failed' and payload <> ''",
                id) == 1;
}

bool needs_sweep(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
                 const std::string& service) {
  for (const std::string& condition : {stale(clock, stale_after), expired(clock)}) {
    int found = 0;
    session << "select count(*) from (select 1 from jobs where " + condition + " limit 1) as found", soci::into(found),
        soci::use(service);
    if (found != 0) return true;
  }
  return false;
}

Swept sweep(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
            const std::string& service) {
  Swept swept;
  const std::string now = now_text();
  swept.expired = update(
      session, "update jobs set state = 'expired', finished_at = :now, revision = revision + 1 where " + expired(clock),
      now, service);
  auto orphans = select_jobs(session, "where " + stale(clock, stale_after), service);
  for (JobRecord& job : orphans) {
    // The heartbeat is compared again: in PostgreSQL its worker may have come back since the select.
    const std::string still = " where id = :id and fence = :fence and " + stale(clock, stale_after);
    const long long fence = job.fence;
    if (job.cancel_requested) {
      swept.cancelled += update(
          session, "update jobs set state = 'cancelled', eta = -1, finished_at = :now, revision = revision + 1" + still,
          now, job.id, fence, service);
    } else if (job.attempt >= job.max_attempts) {
      swept.failed += update(session,
                             "update jobs set state = 'failed', dead = 1, eta = -1, finished_at = :now, revision = "
                             "revision + 1, error_kind = 'interrupted', error_message = "
                             "'the process of ' || service || ' that ran this job ended before the job did'" +
                                 still,
                             now, job.id, fence, service);
    } else if (update(session,
                      "update jobs set state = 'queued', eta = -1, revision = revision + 1, not_before_ms = " + clock +
                          still,
                      job.id, fence, service) == 1) {
      swept.queued.push_back(std::move(job));
    }
  }
  return swept;
}

int delete_ended(soci::session& session, const std::string& moment) {
  return update(session,
                "delete from jobs where state in ('succeeded', 'failed', 'cancelled', 'expired') "
                "and finished_at < :moment",
                moment);
}

}  // namespace valion::jobs
