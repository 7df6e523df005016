// /health, /health/live, /health/ready and /metrics: the routes that every service has and that need no token.
#pragma once

#include <chrono>
#include <memory>

#include "platform/service/base_service.hpp"

namespace valion {

// How far a process is in its life. ready: it wants requests.
struct Lifecycle {
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  bool initialised = false;
  bool draining = false;
  [[nodiscard]] bool ready() const noexcept { return initialised && !draining; }
};

// All must outlive the router. Every answer comes within a second, whatever hangs (dependency_checks.hpp).
//   GET /health        HealthView: version, uptime, dependencies with reasons, figures; 200 for up and degraded (a
//                      dependency is down), 503 for down
//   GET /health/live   200 as long as the event loop turns
//   GET /health/ready  200, or 503 with the reason: before initialisation, while draining, when the service says so
//   GET /metrics       Prometheus text; the families are in docs/observability.md
void add_health_routes(http::Router& router, BaseService& service, ServiceContext& context, const Lifecycle& life);

}  // namespace valion
