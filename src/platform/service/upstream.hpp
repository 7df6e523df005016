// What this process knows of one service that it calls: its breaker, its retry budget, whom of its instances to spare, and
// the figures of the calls. Used on the event loop thread.
//
// Metrics, all labelled upstream=…: calls_total{outcome}, call_duration_seconds (until the answer's head, retries included),
// call_retries_total, call_hedges_total, call_ejections_total, circuit_breaker_state (0 closed, 1 half-open, 2 open).
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/registry/registry.hpp"
#include "platform/resilience/circuit_breaker.hpp"
#include "platform/resilience/outlier_ejection.hpp"
#include "platform/resilience/retry_budget.hpp"
#include "platform/service/instance_source.hpp"

namespace valion {

// How a call ended, for calls_total. A 4xx is an answer: client_error counts as success everywhere else.
enum class CallEnd {
  ok,
  client_error,
  server_error,
  unreachable,  // no connection, or it was lost before an answer
  timed_out,
  refused,      // by the breaker
  no_instance,  // none is registered
  failed        // the caller's own fault, or it went away
};
[[nodiscard]] std::string_view name_of(CallEnd end) noexcept;

class Upstream {
 public:
  Upstream(std::string service, std::unique_ptr<InstanceSource> instances, metrics::Registry& metrics,
           log::Logger& log);
  [[nodiscard]] const std::string& name() const noexcept { return service_; }

  // A permit for one call, which must come back by leave(); unavailable, naming the breaker, when that refuses.
  [[nodiscard]] Result<resilience::CircuitBreaker::Permit> enter(resilience::Moment now);
  void leave(resilience::CircuitBreaker::Permit permit, CallEnd end, resilience::CallOutcome outcome,
             std::chrono::duration<double> lasted, resilience::Moment now);

  // For people: who stands behind it, and who of them is spared now.
  [[nodiscard]] std::vector<std::string> ids() const { return instances_->ids(); }
  [[nodiscard]] std::vector<std::string> ejected(resilience::Moment now) const { return ejection_.ejected(now); }

  // Not one of `tried`; an ejected one only when there is nobody else.
  [[nodiscard]] Result<registry::Instance> pick(const std::vector<std::string>& tried, resilience::Moment now);
  // The same without a copy: null when there is none, valid until the caller next waits.
  [[nodiscard]] const registry::Instance* choose(const std::vector<std::string>& tried, resilience::Moment now);
  // Around every exchange with one instance: what balancing by load goes by.
  void begin(const std::string& instance) { instances_->begin(instance); }
  void end(const std::string& instance, std::chrono::duration<double> lasted, bool ok) {
    instances_->end(instance, lasted, ok);
  }
  [[nodiscard]] bool take_retry(resilience::Moment now);
  [[nodiscard]] bool take_hedge(resilience::Moment now);  // out of the same budget
  void judge(const std::string& instance, resilience::CallOutcome outcome, resilience::Moment now);

  [[nodiscard]] std::chrono::seconds retry_after(resilience::Moment now) const;  // at least 1 s
  // Brings the gauge up to date, which time changes too.
  [[nodiscard]] resilience::BreakerState show_breaker(resilience::Moment now);

 private:
  static constexpr std::size_t kEnds = 8;

  std::string service_;
  std::unique_ptr<InstanceSource> instances_;
  log::Logger& log_;
  resilience::CircuitBreaker breaker_;
  resilience::RetryBudget budget_;
  resilience::OutlierEjection ejection_;
  std::array<prometheus::Counter*, kEnds> ended_{};
  prometheus::Counter& retries_;
  prometheus::Counter& hedges_;
  prometheus::Counter& ejections_;
  prometheus::Gauge& state_;
  prometheus::Histogram& seconds_;
};

// All upstreams of a process, made as they are first asked for; they stay where they are.
class Upstreams {
 public:
  Upstreams(registry::Directory& directory, metrics::Registry& metrics, log::Logger& log)
      : directory_(directory), metrics_(metrics), log_(log) {}
  [[nodiscard]] Upstream& of_service(const std::string& service);
  // `name` must not be a service's; asked again with other servers it goes on with these.
  [[nodiscard]] Upstream& of_servers(const std::string& name, const std::vector<FixedServer>& servers);
  [[nodiscard]] Upstream* find(const std::string& name);
  [[nodiscard]] std::map<std::string, Upstream, std::less<>>& all() noexcept { return upstreams_; }

 private:
  registry::Directory& directory_;
  metrics::Registry& metrics_;
  log::Logger& log_;
  std::map<std::string, Upstream, std::less<>> upstreams_;
  std::map<std::string, FixedInstances*, std::less<>> fixed_;  // owned by their upstreams
};

}  // namespace valion
