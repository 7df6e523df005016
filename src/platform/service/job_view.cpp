#include "platform/service/job_view.hpp"

namespace valion {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

contracts::JobView job_view(const jobs::JobRecord& job) {
  contracts::JobView view;
  view.id = job.id;
  view.kind = job.kind;
  view.service = job.service;
  view.state = std::string(jobs::name_of(job.state));
  view.priority = std::string(jobs::name_of(job.priority));
  view.attempt = job.attempt;
  view.max_attempts = job.max_attempts;
  view.progress = {job.progress.done, job.progress.total, job.progress.stage, job.progress.eta};
  view.created_at = job.created_at;
  view.started_at = unless_empty(job.started_at);
  view.finished_at = unless_empty(job.finished_at);
  if (job.attempt > 0) view.not_before = unless_empty(job.not_before);  // a retry
  if (!job.result.empty()) view.result = json::Raw{job.result};
  if (job.error) view.error = contracts::JobError{std::string(name_of(job.error->kind)), job.error->message};
  return view;
}

}  // namespace valion
