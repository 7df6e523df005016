#include "platform/jobs/job_rows.hpp"

#include <simdjson.h>

#include <algorithm>
#include <utility>

#include "base/date.hpp"

namespace valion::jobs {
namespace {

ErrorKind kind_of(const std::string& text) {
  for (int i = 0; i <= static_cast<int>(ErrorKind::internal); ++i) {
    if (name_of(static_cast<ErrorKind>(i)) == text) return static_cast<ErrorKind>(i);
  }
  return ErrorKind::internal;
}

std::vector<std::string> split_roles(const std::string& text) {
  std::vector<std::string> roles;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    roles.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return roles;
}

std::optional<JobRecord> only(std::vector<JobRecord> jobs) {
  if (jobs.empty()) return std::nullopt;
  return std::move(jobs.front());
}

}  // namespace

const std::string& JobRow::columns() {
  static const std::string names =
      "id, kind, tenant, user_name, roles, service, instance, state, priority, attempt, max_attempts, fence, revision, "
      "progress_done, progress_total, stage, eta, created_at, started_at, finished_at, not_before_ms, payload, "
      "checkpoint, "
      "result, error_kind, error_message, dead, cancel_requested, request_id, traceparent";
  return names;
}

void JobRow::bind(soci::statement& statement) {
  const auto into = [&](auto&... fields) { (statement.exchange(soci::into(fields)), ...); };
  into(job_.id, job_.kind, job_.principal.tenant, job_.principal.user, roles_, job_.service, job_.instance, state_,
       priority_, job_.attempt, job_.max_attempts, fence_, revision_, job_.progress.done, job_.progress.total,
       job_.progress.stage, eta_, job_.created_at, job_.started_at, job_.finished_at, not_before_ms_, job_.payload,
       job_.checkpoint, job_.result, error_kind_, error_message_, dead_, cancel_requested_, job_.request_id,
       job_.traceparent);
}

JobRecord JobRow::take() const {
  JobRecord job = job_;
  job.principal.roles = split_roles(roles_);
  job.state = parse_state(state_).value_or(JobState::failed);
  job.priority = static_cast<Priority>(std::clamp(priority_, 0, 2));
  job.fence = fence_;
  job.revision = revision_;
  if (eta_ >= 0 && job.state == JobState::running) job.progress.eta = eta_;
  if (job.state == JobState::queued && not_before_ms_ > 0) {
    job.not_before = utc_timestamp(std::chrono::system_clock::time_point{std::chrono::milliseconds{not_before_ms_}});
  }
  if (!error_kind_.empty()) job.error = make_error(kind_of(error_kind_), error_message_);
  job.dead = dead_ != 0;
  job.cancel_requested = cancel_requested_ != 0;
  return job;
}

std::optional<JobRecord> read_job(soci::session& session, const std::string& id) {
  return only(select_jobs(session, "where id = :id", id));
}

std::optional<JobRecord> read_job(soci::session& session, const std::string& tenant, const std::string& id) {
  return only(select_jobs(session, "where id = :id and tenant = :tenant", id, tenant));
}

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

}  // namespace valion::jobs
