#include "platform/service/job_view.hpp"

namespace valion {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

}  // namespace

std::string_view name_of(jobs::JobState state) noexcept {
  switch (state) {
    case jobs::JobState::queued: return "queued";
    case jobs::JobState::running: return "running";
    case jobs::JobState::succeeded: return "succeeded";
    case jobs::JobState::failed: return "failed";
    case jobs::JobState::cancelled: return "cancelled";
  }
  return "failed";
}

contracts::JobView job_view(const jobs::JobRecord& job) {
  contracts::JobView view;
  view.id = job.id;
  view.kind = job.kind;
  view.service = job.service;
  view.state = std::string(name_of(job.state));
  view.progress = {job.progress.done, job.progress.total, job.progress.stage};
  view.created_at = job.created_at;
  view.started_at = unless_empty(job.started_at);
  view.finished_at = unless_empty(job.finished_at);
  if (!job.result.empty()) view.result = json::Raw{job.result};
  if (job.error) view.error = contracts::JobError{std::string(name_of(job.error->kind)), job.error->message};
  return view;
}

}  // namespace valion
