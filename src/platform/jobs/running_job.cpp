#include "platform/jobs/running_job.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

namespace valion::jobs {

RunningJob::RunningJob(sql::Database& database, JobRecord job, Moment lease_end)
    : database_(database),
      job_(std::move(job)),
      claimed_at_(std::chrono::steady_clock::now()),
      lease_end_(lease_end.time_since_epoch().count()),
      progress_(job_.progress),
      checkpoint_(job_.checkpoint) {
  progress_.eta.reset();
}

void RunningJob::progress(double done, double total, std::string stage) {
  const auto now = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  if (std::isfinite(total) && total > 0) progress_.total = total;
  if (std::isfinite(done)) progress_.done = std::clamp(done, 0.0, progress_.total);
  progress_.stage = std::move(stage);
  const double share = progress_.done / progress_.total;
  if (!first_progress_) first_progress_.emplace(now, share);
  const double gained = share - first_progress_->second;
  progress_.eta.reset();
  if (gained > 0) {
    const double seconds = std::chrono::duration<double>(now - first_progress_->first).count();
    progress_.eta = seconds / gained * (1 - share);
  }
  unsaved_ = true;
}

void RunningJob::checkpoint(std::string json) {
  const std::lock_guard lock(mutex_);
  checkpoint_ = std::move(json);
  unsaved_ = true;
}

// The lease is looked at too: a process that stood still must not go on as if nothing had happened.
bool RunningJob::cancelled() const {
  return asked_.load(std::memory_order_relaxed) != Asked::nothing ||
         std::chrono::steady_clock::now().time_since_epoch().count() >= lease_end_.load(std::memory_order_relaxed);
}

Result<void> RunningJob::confirm() {
  bool ours = false;
  VALION_TRY(database_.transact(
      [&](soci::session& session) {
        ours = owns_job(session, job_.id, job_.fence);
        return true;
      },
      sql::Access::read));
  if (ours) return {};
  lose();
  return fail(ErrorKind::interrupted, "another worker has taken over the job " + job_.id);
}

void RunningJob::with_success(std::function<void(soci::session&)> effect) {
  const std::lock_guard lock(mutex_);
  effect_ = std::move(effect);
}

void RunningJob::ask(Asked what) {
  Asked before = asked_.load();
  while (before < what && !asked_.compare_exchange_weak(before, what)) {
  }
}

std::optional<RunningJob::Unsaved> RunningJob::take_unsaved() {
  const std::lock_guard lock(mutex_);
  if (!unsaved_) return std::nullopt;
  unsaved_ = false;
  return Unsaved{progress_, checkpoint_};
}

Ending RunningJob::run(const std::function<Result<std::string>(JobContext&)>& handler, const KindOptions& options,
                       double random) {
  try {
    return ending(handler(*this), options, random);
  } catch (const std::exception& error) {
    return ending(fail(ErrorKind::internal, std::string("the job failed unexpectedly: ") + error.what()), options,
                  random);
  } catch (...) {
    return ending(fail(ErrorKind::internal, "the job failed unexpectedly"), options, random);
  }
}

Ending RunningJob::blank() const {
  const std::lock_guard lock(mutex_);
  Ending end;
  end.id = job_.id;
  end.fence = job_.fence;
  end.progress = progress_;
  end.checkpoint = checkpoint_;
  end.effect = effect_;
  return end;
}

Ending RunningJob::unbegun() const {
  Ending end = blank();
  end.state = JobState::queued;
  end.attempt_counts = false;
  end.error = job_.error;
  return end;
}

Ending RunningJob::ending(Result<std::string> answer, const KindOptions& options, double random) {
  Ending end = blank();
  if (answer) {
    end.state = JobState::succeeded;
    end.progress.done = end.progress.total;
    end.result = std::move(*answer);
    return end;
  }
  const Asked asked = asked_;
  const ErrorKind kind = answer.error().kind;
  if (asked == Asked::by_user && kind == ErrorKind::cancelled) {
    end.state = JobState::cancelled;
    return end;
  }
  // The end of the process looks like many things from inside: a closed client, a directory without instances.
  if (asked == Asked::by_process && (kind == ErrorKind::cancelled || worth_retrying(kind))) return unbegun();
  end.error = std::move(answer).error();
  const bool again = worth_retrying(kind) || (kind == ErrorKind::cancelled && asked != Asked::by_user && cancelled());
  if (again && job_.attempt < job_.max_attempts) {
    end.state = JobState::queued;
    end.pause = pause_before_retry(options, job_.attempt, random);
    return end;
  }
  end.state = JobState::failed;
  end.dead = again;
  return end;
}

}  // namespace valion::jobs
