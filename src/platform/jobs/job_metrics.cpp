#include "platform/jobs/job_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace valion::jobs {
namespace {

std::map<std::string, std::size_t> count_by(soci::session& session, const std::string& service,
                                            const std::string& column) {
  std::map<std::string, std::size_t> counts;
  std::string name;
  int count = 0;
  soci::statement rows = (session.prepare << "select " + column +
                                                 ", count(*) from jobs where state = 'queued' and service = :service "
                                                 "group by " +
                                                 column,
                          soci::into(name), soci::into(count), soci::use(service));
  rows.execute();
  while (rows.fetch()) counts[name] = static_cast<std::size_t>(count);
  return counts;
}

}  // namespace

JobCounts count_jobs(soci::session& session, const std::string& service) {
  JobCounts counts;
  counts.queued_of_kind = count_by(session, service, "kind");
  counts.queued_of_tenant = count_by(session, service, "tenant");
  int dead = 0;
  session << "select count(*) from jobs where dead = 1 and service = :service", soci::into(dead), soci::use(service);
  counts.dead = static_cast<std::size_t>(dead);
  return counts;
}

std::string_view outcome_of(const Ending& ending, bool kept) noexcept {
  if (!kept) return "lost";
  if (ending.state != JobState::queued) return name_of(ending.state);
  return ending.attempt_counts ? "retried" : "handed_back";
}

void JobMetrics::attempt_ended(const std::string& kind, std::string_view outcome, double seconds) {
  if (registry_ == nullptr) return;
  const metrics::Labels labels{{"kind", kind}, {"outcome", std::string(outcome)}};
  registry_->counter("jobs_total", "Attempts at jobs, by how they ended", labels).Increment();
  registry_->latency("job_duration_seconds", "Time of one attempt", labels).Observe(seconds);
}

void JobMetrics::counted(const JobCounts& counts, const std::vector<std::string>& kinds) {
  if (registry_ == nullptr) return;
  for (auto& [kind, count] : shown_) count = 0;
  for (const std::string& kind : kinds) shown_[kind] = 0;
  for (const auto& [kind, count] : counts.queued_of_kind) shown_[kind] = count;
  for (const auto& [kind, count] : shown_) {
    registry_->gauge("jobs_queued", "Jobs of the service that wait", {{"kind", kind}}).Set(static_cast<double>(count));
  }
  registry_->gauge("jobs_dead", "Dead letters of the service").Set(static_cast<double>(counts.dead));
}

void JobMetrics::running(std::size_t count) {
  if (registry_ == nullptr) return;
  registry_->gauge("jobs_running", "Jobs claimed by this instance").Set(static_cast<double>(count));
}

}  // namespace valion::jobs
