// One attempt in the process that runs it: what the handler sees, and what becomes of its answer.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "platform/jobs/job_changes.hpp"
#include "platform/jobs/jobs.hpp"

namespace valion::jobs {

class RunningJob final : public JobContext {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  // Owns the job until `lease_end`, unless the lease is extended.
  RunningJob(sql::Database& database, JobRecord job, Moment lease_end);

  // The handler's side.
  [[nodiscard]] const JobRecord& job() const override { return job_; }
  void progress(double done, double total, std::string stage) override;
  void checkpoint(std::string json) override;
  [[nodiscard]] bool cancelled() const override;
  [[nodiscard]] Result<void> confirm() override;
  void with_success(std::function<void(soci::session&)> effect) override;

  // The runner's side.
  void cancel_for_user() { ask(Asked::by_user); }  // the end is `cancelled`
  void hand_back() { ask(Asked::by_process); }     // the process stops: `queued` again
  void lose() { ask(Asked::lost); }                // somebody else owns the job: nothing will be written
  void extend_lease(Moment lease_end) { lease_end_ = lease_end.time_since_epoch().count(); }
  [[nodiscard]] Moment claimed_at() const noexcept { return claimed_at_; }

  struct Unsaved {
    Progress progress;
    std::string checkpoint;
  };
  [[nodiscard]] std::optional<Unsaved> take_unsaved();

  // On a job thread. `random` in [0, 1) for the pause before a retry.
  [[nodiscard]] Ending run(const std::function<Result<std::string>(JobContext&)>& handler, const KindOptions& options,
                           double random);
  // For a job that has not begun: back to the queue, as if it had not been claimed.
  [[nodiscard]] Ending unbegun() const;

 private:
  enum class Asked { nothing, by_process, by_user, lost };  // the greater wins
  void ask(Asked what);
  [[nodiscard]] Ending blank() const;
  [[nodiscard]] Ending ending(Result<std::string> answer, const KindOptions& options, double random);

  sql::Database& database_;
  const JobRecord job_;
  const Moment claimed_at_;
  std::atomic<Moment::duration::rep> lease_end_;
  std::atomic<Asked> asked_{Asked::nothing};

  mutable std::mutex mutex_;
  Progress progress_;
  std::string checkpoint_;
  std::function<void(soci::session&)> effect_;
  bool unsaved_ = false;
  std::optional<std::pair<Moment, double>> first_progress_;  // of this attempt, for the speed
};

}  // namespace valion::jobs
