#include "platform/service/health_routes.hpp"

#include <prometheus/gauge.h>
#include <unistd.h>

#include <fstream>

#include "contracts/platform.hpp"
#include "platform/service/version.hpp"

namespace valion {
namespace {

constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

double uptime_seconds(const Lifecycle& life) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - life.started).count();
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// Redis and the job table, which every service has.
Async<std::vector<DependencyHealth>> platform_dependencies(ServiceContext& context) {
  std::vector<DependencyHealth> found;
  const bool connected = context.redis.connected();
  found.push_back({"redis", connected, connected ? "" : "not connected; the last known instances stay in force"});
  const Result<int> one = co_await context.jobs_database.run([](soci::session& sql) {
    int value = 0;
    sql << "select 1", soci::into(value);
    return value;
  });
  found.push_back({"jobs database", one.has_value(), one ? "" : one.error().message});
  co_return found;
}

Async<Result<http::Response>> show_health(BaseService& service, ServiceContext& context, const Lifecycle& life) {
  contracts::HealthView view;
  view.service = std::string(service.name());
  view.instance = context.self.id;
  view.version = std::string(version());
  view.uptime_seconds = uptime_seconds(life);
  ServiceHealth own = co_await service.health_check();
  const std::vector<DependencyHealth> platform = co_await platform_dependencies(context);
  own.dependencies.insert(own.dependencies.end(), platform.begin(), platform.end());
  bool all_up = true;
  for (const DependencyHealth& dependency : own.dependencies) {
    view.dependencies.push_back({dependency.name, dependency.up ? "up" : "down", dependency.detail});
    all_up = all_up && dependency.up;
  }
  const bool serving = life.ready() && own.ready;
  view.status = !serving ? "down" : all_up ? "up" : "degraded";
  view.metrics = std::move(own.metrics);
  view.metrics["jobs_active"] = static_cast<double>(context.jobs.active());
  view.metrics["cpu_queue"] = static_cast<double>(context.cpu.waiting());
  view.metrics["resident_bytes"] = resident_bytes();
  co_return http::json_response(serving ? 200 : 503, json::encode(view));
}

http::Response probe_answer(bool good, std::string_view word) {
  return http::json_response(good ? 200 : 503, "{\"status\":\"" + std::string(word) + "\"}");
}

Async<Result<http::Response>> show_live() { co_return probe_answer(true, "up"); }

Async<Result<http::Response>> show_ready(BaseService& service, const Lifecycle& life) {
  if (!life.initialised) co_return probe_answer(false, "starting");
  if (life.draining) co_return probe_answer(false, "draining");
  const ServiceHealth own = co_await service.health_check();
  co_return probe_answer(own.ready, own.ready ? "ready" : "not ready");
}

Async<Result<http::Response>> show_metrics(ServiceContext& context, const Lifecycle& life) {
  metrics::Registry& metrics = context.metrics;
  metrics.gauge("process_resident_memory_bytes", "Resident memory").Set(resident_bytes());
  metrics.gauge("process_uptime_seconds", "Since the process started").Set(uptime_seconds(life));
  metrics.gauge("jobs_active", "Jobs queued or running here").Set(static_cast<double>(context.jobs.active()));
  metrics.gauge("cpu_pool_waiting", "Pieces of work waiting for a thread")
      .Set(static_cast<double>(context.cpu.waiting()));
  metrics.gauge("redis_connected", "1 while Redis answers").Set(context.redis.connected() ? 1 : 0);
  co_return http::text_response(200, kMetricsType, metrics.text());
}

}  // namespace

void add_health_routes(http::Router& router, BaseService& service, ServiceContext& context, const Lifecycle& life) {
  http::RouteOptions open;
  open.anonymous = true;
  const auto add = [&](std::string_view path, http::Handler handler) {
    router.add(http::Method::get, path, std::move(handler), open);
  };
  add("/health", [&](http::Request&) { return show_health(service, context, life); });
  add("/health/live", [](http::Request&) { return show_live(); });
  add("/health/ready", [&](http::Request&) { return show_ready(service, life); });
  add("/metrics", [&](http::Request&) { return show_metrics(context, life); });
}

}  // namespace valion
