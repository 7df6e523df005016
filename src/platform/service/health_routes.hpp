// /health, /health/live, /health/ready and /metrics: the routes that every service has and that need no token.
#pragma once

#include <chrono>

#include "platform/service/base_service.hpp"

namespace valion {

// How far a process is in its life. ready: it wants requests.
struct Lifecycle {
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  bool initialised = false;
  bool draining = false;
  [[nodiscard]] bool ready() const noexcept { return initialised && !draining; }
};

// All three must outlive the router.
//   GET /health        HealthView; 200 for up and degraded (a dependency is down), 503 for down
//   GET /health/live   200 as long as the event loop turns
//   GET /health/ready  200, or 503 before initialisation, while draining, and when the service says so
//   GET /metrics       Prometheus text
void add_health_routes(http::Router& router, BaseService& service, ServiceContext& context, const Lifecycle& life);

}  // namespace valion
