#include "platform/jobs/job_rows.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/date.hpp"

namespace valion::jobs {
namespace {

constexpr std::array<std::pair<JobState, std::string_view>, 5> kStates{{{JobState::queued, "queued"},
                                                                        {JobState::running, "running"},
                                                                        {JobState::succeeded, "succeeded"},
                                                                        {JobState::failed, "failed"},
                                                                        {JobState::cancelled, "cancelled"}}};

std::string text_of(JobState state) {
  for (const auto& [known, text] : kStates) {
    if (known == state) return std::string(text);
  }
  return {};
}

JobState state_of(const std::string& text) {
  for (const auto& [known, name] : kStates) {
    if (name == text) return known;
  }
  return JobState::failed;
}

ErrorKind kind_of(const std::string& text) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    if (name_of(static_cast<ErrorKind>(i)) == text) return static_cast<ErrorKind>(i);
  }
  return ErrorKind::internal;
}

std::string now_text() { return utc_timestamp(std::chrono::system_clock::now()); }

// PostgreSQL takes neither a zero byte nor broken UTF-8, and messages may quote a user's file.
std::string storable(std::string text) {
  if (!simdjson::validate_utf8(text)) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  std::replace(text.begin(), text.end(), '\0', ' ');
  return text;
}

int affected(soci::statement& statement) {
  statement.execute(true);
  return static_cast<int>(statement.get_affected_rows());
}

// Ids are our own letters, digits, `-` and `_`, so they may stand in the statement.
std::string id_list(const std::vector<std::string>& ids) {
  std::string list;
  for (const std::string& id : ids) list += (list.empty() ? "'" : ", '") + id + "'";
  return list;
}

constexpr std::string_view kNotEnded = "state in ('queued', 'running')";

std::string stale_condition(const std::string& clock, std::chrono::milliseconds stale_after) {
  return std::string(kNotEnded) + " and heartbeat_ms < " + clock + " - (" + std::to_string(stale_after.count()) + ")";
}

}  // namespace

const std::vector<sql::Migration>& job_migrations() {
  static const std::vector<sql::Migration> steps{
      {"create jobs",
       "create table jobs (id text primary key, kind text not null, tenant text not null, user_name text not null, "
       "service text not null, instance text not null, state text not null, cancel_requested integer not null default "
       "0, "
       "heartbeat_ms bigint not null, progress_done double precision not null, progress_total double precision not "
       "null, "
       "stage text not null default '', created_at text not null, started_at text not null default '', "
       "finished_at text not null default '', result text not null default '', error_kind text not null default '', "
       "error_message text not null default '');"
       "create index jobs_by_state on jobs (state, heartbeat_ms);"
       "create index jobs_by_tenant on jobs (tenant, created_at)"}};
  return steps;
}

std::string clock_expression(bool is_postgresql) {
  return is_postgresql ? "cast(extract(epoch from clock_timestamp()) * 1000 as bigint)"
                       : "cast((julianday('now') - 2440587.5) * 86400000 as integer)";
}

void insert_job(soci::session& session, const std::string& clock, const JobRecord& job, const std::string& instance) {
  const std::string state = text_of(job.state);
  session << "insert into jobs (id, kind, tenant, user_name, service, instance, state, heartbeat_ms, progress_done, "
             "progress_total, created_at) values (:id, :kind, :tenant, :user, :service, :instance, :state, " +
                 clock + ", :done, :total, :created)",
      soci::use(job.id), soci::use(job.kind), soci::use(job.tenant), soci::use(job.user), soci::use(job.service),
      soci::use(instance), soci::use(state), soci::use(job.progress.done), soci::use(job.progress.total),
      soci::use(job.created_at);
}

std::optional<JobRecord> read_job(soci::session& session, const std::string& tenant, const std::string& id) {
  JobRecord job;
  std::string state;
  std::string error_kind;
  std::string error_message;
  session << "select id, kind, tenant, user_name, service, state, progress_done, progress_total, stage, created_at, "
             "started_at, "
             "finished_at, result, error_kind, error_message from jobs where id = :id and tenant = :tenant",
      soci::into(job.id), soci::into(job.kind), soci::into(job.tenant), soci::into(job.user), soci::into(job.service),
      soci::into(state), soci::into(job.progress.done), soci::into(job.progress.total), soci::into(job.progress.stage),
      soci::into(job.created_at), soci::into(job.started_at), soci::into(job.finished_at), soci::into(job.result),
      soci::into(error_kind), soci::into(error_message), soci::use(id), soci::use(tenant);
  if (!session.got_data()) return std::nullopt;
  job.state = state_of(state);
  if (!error_kind.empty()) job.error = make_error(kind_of(error_kind), error_message);
  return job;
}

bool start_job(soci::session& session, const std::string& clock, const std::string& id) {
  const std::string now = now_text();
  soci::statement update =
      (session.prepare << "update jobs set state = 'running', started_at = :now, heartbeat_ms = " + clock +
                              " where id = :id and state = 'queued'",
       soci::use(now), soci::use(id));
  return affected(update) == 1;
}

void write_progress(soci::session& session, const std::string& id, const Progress& progress) {
  const std::string stage = storable(progress.stage);
  session << "update jobs set progress_done = :done, progress_total = :total, stage = :stage "
             "where id = :id and state = 'running'",
      soci::use(progress.done), soci::use(progress.total), soci::use(stage), soci::use(id);
}

bool finish_job(soci::session& session, const std::string& id, const JobRecord& ended) {
  const std::string state = text_of(ended.state);
  const std::string stage = storable(ended.progress.stage);
  const std::string error_kind = ended.error ? std::string(name_of(ended.error->kind)) : std::string();
  const std::string error_message = ended.error ? storable(ended.error->message) : std::string();
  const std::string now = now_text();
  soci::statement update =
      (session.prepare
           << "update jobs set state = :state, progress_done = :done, progress_total = :total, stage = :stage, "
              "finished_at = :now, result = :result, error_kind = :kind, error_message = :message "
              "where id = :id and state = 'running'",
       soci::use(state), soci::use(ended.progress.done), soci::use(ended.progress.total), soci::use(stage),
       soci::use(now), soci::use(ended.result), soci::use(error_kind), soci::use(error_message), soci::use(id));
  return affected(update) == 1;
}

bool interrupt_queued(soci::session& session, const std::string& id, const std::string& message) {
  const std::string now = now_text();
  soci::statement update = (session.prepare << "update jobs set state = 'failed', finished_at = :now, "
                                               "error_kind = 'interrupted', error_message = :message "
                                               "where id = :id and state = 'queued'",
                            soci::use(now), soci::use(message), soci::use(id));
  return affected(update) == 1;
}

bool request_cancel(soci::session& session, const std::string& id) {
  const std::string now = now_text();
  soci::statement at_once =
      (session.prepare << "update jobs set state = 'cancelled', finished_at = :now, cancel_requested = 1 "
                          "where id = :id and state = 'queued'",
       soci::use(now), soci::use(id));
  if (affected(at_once) == 1) return true;
  soci::statement mark =
      (session.prepare << "update jobs set cancel_requested = 1 where id = :id and state = 'running'", soci::use(id));
  return affected(mark) == 1;
}

std::vector<Beat> beat(soci::session& session, const std::string& clock, const std::vector<std::string>& ids) {
  std::vector<Beat> beats;
  if (ids.empty()) return beats;
  const std::string ours = "id in (" + id_list(ids) + ") and " + std::string(kNotEnded);
  session << "update jobs set heartbeat_ms = " + clock + " where " + ours;
  const soci::rowset<soci::row> rows = (session.prepare << "select id, cancel_requested from jobs where " + ours);
  for (const soci::row& row : rows) beats.push_back({row.get<std::string>(0), row.get<int>(1) != 0});
  return beats;
}

bool is_stale(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
              const std::string& id) {
  int count = 0;
  session << "select count(*) from jobs where id = :id and " + stale_condition(clock, stale_after), soci::into(count),
      soci::use(id);
  return count != 0;
}

int reap_jobs(soci::session& session, const std::string& clock, std::chrono::milliseconds stale_after,
              const std::optional<std::string>& id) {
  const std::string now = now_text();
  const std::string statement =
      "update jobs set state = 'failed', finished_at = :now, error_kind = 'interrupted', error_message = "
      "'the process of ' || service || ' that ran this job ended before the job did; submit it again' "
      "where " +
      stale_condition(clock, stale_after);
  if (!id) {
    soci::statement update = (session.prepare << statement, soci::use(now));
    return affected(update);
  }
  soci::statement update = (session.prepare << statement + " and id = :id", soci::use(now), soci::use(*id));
  return affected(update);
}

}  // namespace valion::jobs
