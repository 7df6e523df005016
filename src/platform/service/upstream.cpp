#include "platform/service/upstream.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <algorithm>

namespace valion {

using resilience::BreakerState;
using resilience::CallOutcome;
using resilience::CircuitBreaker;
using resilience::Moment;

std::string_view name_of(CallEnd end) noexcept {
  switch (end) {
    case CallEnd::ok: return "ok";
    case CallEnd::client_error: return "client_error";
    case CallEnd::server_error: return "server_error";
    case CallEnd::unreachable: return "unreachable";
    case CallEnd::timed_out: return "timed_out";
    case CallEnd::refused: return "refused";
    case CallEnd::no_instance: return "no_instance";
    case CallEnd::failed: return "failed";
  }
  return "failed";
}

Upstream::Upstream(std::string service, std::unique_ptr<InstanceSource> instances, metrics::Registry& metrics,
                   log::Logger& log)
    : service_(std::move(service)),
      instances_(std::move(instances)),
      log_(log),
      retries_(metrics.counter("call_retries_total", "Calls sent again", {{"upstream", service_}})),
      hedges_(metrics.counter("call_hedges_total", "Slow calls sent to a second instance", {{"upstream", service_}})),
      ejections_(metrics.counter("call_ejections_total", "Instances spared for a while", {{"upstream", service_}})),
      state_(metrics.gauge("circuit_breaker_state", "0 closed, 1 half-open, 2 open", {{"upstream", service_}})),
      seconds_(metrics.latency("call_duration_seconds", "From the call to the head of its answer",
                               {{"upstream", service_}})) {
  for (std::size_t i = 0; i < kEnds; ++i) {
    const std::string outcome(name_of(static_cast<CallEnd>(i)));
    ended_[i] =
        &metrics.counter("calls_total", "Calls to other services", {{"upstream", service_}, {"outcome", outcome}});
  }
}

Result<CircuitBreaker::Permit> Upstream::enter(Moment now) {
  budget_.on_call(now);
  if (const auto permit = breaker_.allow(now)) return *permit;
  ended_[static_cast<std::size_t>(CallEnd::refused)]->Increment();
  return fail(ErrorKind::unavailable, "the circuit breaker for " + service_ + " is " +
                                          std::string(name_of(breaker_.state(now))) +
                                          ": most calls of the last seconds failed; try again in " +
                                          std::to_string(retry_after(now).count()) + " s");
}

std::chrono::seconds Upstream::retry_after(Moment now) const {
  return std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(breaker_.retry_after(now)));
}

void Upstream::leave(CircuitBreaker::Permit permit, CallEnd end, CallOutcome outcome,
                     std::chrono::duration<double> lasted, Moment now) {
  ended_[static_cast<std::size_t>(end)]->Increment();
  seconds_.Observe(lasted.count());
  if (!breaker_.record(permit, outcome, now)) return;
  const BreakerState state = show_breaker(now);
  log_.write(state == BreakerState::open ? log::Level::warning : log::Level::info, "circuit breaker",
             {{"upstream", service_}, {"state", std::string(name_of(state))}});
}

const registry::Instance* Upstream::choose(const std::vector<std::string>& tried, Moment now) {
  if (ejection_.none()) return instances_->choose(tried);
  std::vector<std::string> avoid = ejection_.ejected(now);
  if (avoid.empty()) return instances_->choose(tried);
  avoid.insert(avoid.end(), tried.begin(), tried.end());
  const registry::Instance* instance = instances_->choose(avoid);
  return instance != nullptr ? instance : instances_->choose(tried);
}

Result<registry::Instance> Upstream::pick(const std::vector<std::string>& tried, Moment now) {
  if (const registry::Instance* instance = choose(tried, now)) return *instance;
  return fail(ErrorKind::unavailable,
              (tried.empty() ? "no instance of " : "no other instance of ") + service_ + " is registered");
}

bool Upstream::take_retry(Moment now) {
  const bool taken = budget_.take(now);
  if (taken) retries_.Increment();
  return taken;
}

bool Upstream::take_hedge(Moment now) {
  const bool taken = budget_.take(now);
  if (taken) hedges_.Increment();
  return taken;
}

void Upstream::judge(const std::string& instance, CallOutcome outcome, Moment now) {
  if (outcome == CallOutcome::success) ejection_.on_success(instance);
  if (outcome != CallOutcome::failure) return;
  const std::vector<std::string> known = instances_->ids();
  if (!ejection_.on_failure(instance, known, now)) return;
  ejections_.Increment();
  log_.warning("instance ejected: it failed again and again", {{"upstream", service_}, {"instance", instance}});
}

BreakerState Upstream::show_breaker(Moment now) {
  const BreakerState state = breaker_.state(now);
  state_.Set(static_cast<double>(state));
  return state;
}

Upstream& Upstreams::of_service(const std::string& service) {
  if (Upstream* known = find(service)) return *known;
  auto instances = std::make_unique<RegisteredInstances>(directory_, service);
  return upstreams_.try_emplace(service, service, std::move(instances), metrics_, log_).first->second;
}

Upstream& Upstreams::of_servers(const std::string& name, const std::vector<FixedServer>& servers) {
  if (Upstream* known = find(name)) {
    if (const auto fixed = fixed_.find(name); fixed != fixed_.end()) fixed->second->replace(servers);
    return *known;
  }
  auto instances = std::make_unique<FixedInstances>(name, servers);
  fixed_[name] = instances.get();
  return upstreams_.try_emplace(name, name, std::move(instances), metrics_, log_).first->second;
}

Upstream* Upstreams::find(const std::string& name) {
  const auto known = upstreams_.find(name);
  return known == upstreams_.end() ? nullptr : &known->second;
}

}  // namespace valion
