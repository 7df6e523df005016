#include "platform/jobs/running_job.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>
#include <utility>

#include "platform/jobs/job_rows.hpp"

namespace valion::jobs {
namespace {

constexpr auto kBetweenWrites = std::chrono::milliseconds{250};
constexpr int kRecordAttempts = 5;

std::string stopped_message(const std::string& service) {
  return "the process of " + service + " was stopped before the job ended; submit it again";
}

}  // namespace

RunningJob::RunningJob(sql::Database& database, std::string id, std::string service, Work work)
    : database_(database), id_(std::move(id)), service_(std::move(service)), work_(std::move(work)) {}

void RunningJob::progress(double done, double total, std::string stage) {
  const std::lock_guard lock(mutex_);
  if (std::isfinite(total) && total > 0) progress_.total = total;
  if (std::isfinite(done)) progress_.done = std::clamp(done, 0.0, progress_.total);
  progress_.stage = std::move(stage);
  held_back_ = true;
  if (std::chrono::steady_clock::now() - last_written_ >= kBetweenWrites) write_progress_locked();
}

void RunningJob::flush_progress() {
  const std::lock_guard lock(mutex_);
  if (held_back_) write_progress_locked();
}

// What cannot be written now is written with the next progress, or with the end.
void RunningJob::write_progress_locked() {
  last_written_ = std::chrono::steady_clock::now();
  const auto written = database_.transact([this](soci::session& session) {
    write_progress(session, id_, progress_);
    return true;
  });
  if (written) held_back_ = false;
}

void RunningJob::cancel_for_user() {
  asked_by_user_ = true;
  asked_to_stop_ = true;
}

void RunningJob::stop() { asked_to_stop_ = true; }

void RunningJob::run() {
  bool started = false;
  const std::string clock = clock_expression(database_.is_postgresql());
  const auto done = database_.transact([&](soci::session& session) {
    started = start_job(session, clock, id_);
    return started;
  });
  if (!done || !started) return;
  record(ended(answer()));
}

Result<std::string> RunningJob::answer() noexcept {
  try {
    return work_(*this);
  } catch (const std::exception& error) {
    return fail(ErrorKind::internal, std::string("the job failed unexpectedly: ") + error.what());
  } catch (...) {
    return fail(ErrorKind::internal, "the job failed unexpectedly");
  }
}

JobRecord RunningJob::ended(Result<std::string> answer) {
  JobRecord end;
  {
    const std::lock_guard lock(mutex_);
    end.progress = progress_;
  }
  if (answer) {
    end.state = JobState::succeeded;
    end.progress.done = end.progress.total;
    end.result = std::move(*answer);
    return end;
  }
  const bool obeyed = answer.error().kind == ErrorKind::cancelled && asked_to_stop_;
  end.state = obeyed && asked_by_user_ ? JobState::cancelled : JobState::failed;
  if (end.state == JobState::cancelled) return end;
  end.error = obeyed ? make_error(ErrorKind::interrupted, stopped_message(service_)) : std::move(answer).error();
  return end;
}

// A row that cannot be written in all these attempts goes stale and is reaped: the user learns that the job was lost.
void RunningJob::record(const JobRecord& ended) {
  for (int attempt = 1; attempt <= kRecordAttempts; ++attempt) {
    const auto done = database_.transact([&](soci::session& session) {
      finish_job(session, id_, ended);
      return true;
    });
    if (done) return;
    std::this_thread::sleep_for(std::chrono::milliseconds{100} * attempt);
  }
}

void RunningJob::record_never_begun() {
  // A failure leaves the row to go stale, which ends the same way.
  static_cast<void>(database_.transact([this](soci::session& session) {
    interrupt_queued(session, id_, stopped_message(service_));
    return true;
  }));
}

}  // namespace valion::jobs
