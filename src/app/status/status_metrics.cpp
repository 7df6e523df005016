#include <cmath>

#include "app/status/exposition_reader.hpp"
#include "app/status/status_view.hpp"

namespace valion::app {
namespace {

constexpr double kMilliseconds = 1000;

bool is_work(const Sample& sample) {
  const auto route = sample.labels.find("route");
  return route == sample.labels.end() || (!route->second.starts_with("/health") && route->second != "/metrics");
}

std::string breaker_text(double state) { return state >= 2 ? "open" : state >= 1 ? "half-open" : "closed"; }

std::string label(const Sample& sample, const std::string& name) {
  const auto found = sample.labels.find(name);
  return found == sample.labels.end() ? "" : found->second;
}

}  // namespace

void add_metrics(StatusInstance& instance, const std::string& exposition) {
  const std::vector<Sample> samples = read_exposition(exposition);
  double requests = 0, errors = 0;
  for (const Sample& sample : samples) {
    if (sample.name == "http_requests_total" && is_work(sample)) {
      requests += sample.value;
      if (label(sample, "status").starts_with('5')) errors += sample.value;
    } else if (sample.name == "circuit_breaker_state") {
      instance.breakers[label(sample, "upstream")] = breaker_text(sample.value);
    } else if (sample.name == "jobs_queued") {
      instance.queues["queued " + label(sample, "kind")] = sample.value;
    } else if (sample.name == "jobs_running" || sample.name == "jobs_dead" || sample.name == "cpu_queue") {
      instance.queues[sample.name] = sample.value;
    }
  }
  instance.requests = requests;
  instance.errors = errors;
  const auto quantile = [&](double part) {
    return kMilliseconds * histogram_quantile(samples, "http_request_duration_seconds", part, is_work);
  };
  const StatusLatency latency{quantile(0.5), quantile(0.95), quantile(0.99)};
  if (std::isfinite(latency.p99)) instance.latency = latency;
}

}  // namespace valion::app
