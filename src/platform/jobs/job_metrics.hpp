// What the outside counts: jobs_queued{kind}, jobs_running, jobs_dead, jobs_total{kind,outcome}, job_duration_seconds{kind,outcome}.
//
// The registry adds `service` and `instance`. jobs_queued and jobs_dead are of the whole service, so every instance says the
// same number: take the maximum, not the sum. jobs_running is of the instance. Outcomes: succeeded, failed, cancelled, retried,
// handed_back (the process stopped), lost (another worker had taken over).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/jobs/job_changes.hpp"
#include "platform/metrics/metrics.hpp"

namespace valion::jobs {

struct JobCounts {
  std::map<std::string, std::size_t> queued_of_kind;
  std::map<std::string, std::size_t> queued_of_tenant;
  std::size_t dead = 0;
};
[[nodiscard]] JobCounts count_jobs(soci::session& session, const std::string& service);

[[nodiscard]] std::string_view outcome_of(const Ending& ending, bool kept) noexcept;

// Thread-safe. Handles are kept: looking them up costs more than using them.
class JobMetrics {
 public:
  explicit JobMetrics(metrics::Registry* registry) : registry_(registry) {}
  void attempt_ended(const std::string& kind, std::string_view outcome, double seconds);
  // Kinds without a waiting job show 0.
  void counted(const JobCounts& counts, const std::vector<std::string>& kinds);
  void running(std::size_t count);

 private:
  metrics::Registry* registry_;
  std::map<std::string, std::size_t> shown_;  // kinds that have a gauge; the ledger's thread only
};

}  // namespace valion::jobs
