// One accepted job in the process that runs it: what the work sees, and how its end is recorded.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>

#include "platform/jobs/jobs.hpp"

namespace valion::jobs {

class RunningJob final : public JobContext {
 public:
  RunningJob(sql::Database& database, std::string id, std::string service, Work work);

  // The work's side.
  void progress(double done, double total, std::string stage) override;
  [[nodiscard]] bool cancelled() const override { return asked_to_stop_.load(std::memory_order_relaxed); }

  // The runner's side. Thread-safe.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  void cancel_for_user();  // the end is `cancelled`
  void stop();             // the process ends: the end is `failed`, `interrupted`
  // Writes progress that was held back because it came too soon after the last.
  void flush_progress();

  // On a job thread: queued > running > its end. Does nothing when the row is no longer queued.
  void run();
  // For a job that never began.
  void record_never_begun();

 private:
  [[nodiscard]] Result<std::string> answer() noexcept;
  [[nodiscard]] JobRecord ended(Result<std::string> answer);
  void record(const JobRecord& ended);
  void write_progress_locked();

  sql::Database& database_;
  const std::string id_;
  const std::string service_;
  Work work_;
  std::atomic<bool> asked_to_stop_{false};
  std::atomic<bool> asked_by_user_{false};

  std::mutex mutex_;
  Progress progress_;
  bool held_back_ = false;
  std::chrono::steady_clock::time_point last_written_{};
};

}  // namespace valion::jobs
