#include "platform/service/health_routes.hpp"

#include "contracts/platform.hpp"
#include "platform/json/writer.hpp"
#include "platform/service/dependency_checks.hpp"
#include "platform/service/service_metrics.hpp"
#include "platform/service/version.hpp"

namespace valion {
namespace {

// What the routes of one process share.
struct Health {
  Health(BaseService& its_service, ServiceContext& its_context, const Lifecycle& its_life)
      : service(its_service),
        context(its_context),
        life(its_life),
        checks(service, context),
        metrics(service, context) {}
  BaseService& service;
  ServiceContext& context;
  const Lifecycle& life;
  DependencyChecks checks;
  ServiceMetrics metrics;
};

Async<Result<http::Response>> show_health(Health& health) {
  ServiceContext& context = health.context;
  contracts::HealthView view;
  view.service = std::string(health.service.name());
  view.instance = context.self.id;
  view.version = std::string(version());
  view.uptime_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - health.life.started).count();
  ServiceHealth seen = co_await health.checks.look();
  bool all_up = true;
  for (const DependencyHealth& dependency : seen.dependencies) {
    view.dependencies.push_back({dependency.name, dependency.up ? "up" : "down", dependency.detail});
    all_up = all_up && dependency.up;
  }
  const bool serving = health.life.ready() && seen.ready;
  view.status = !serving ? "down" : all_up ? "up" : "degraded";
  view.metrics = std::move(seen.metrics);
  view.metrics.merge(health.metrics.figures());
  co_return http::json_response(serving ? 200 : 503, json::encode(view));
}

http::Response probe_answer(bool good, std::string_view word, std::string_view reason = {}) {
  std::string body = R"({"status":")" + std::string(word) + "\"";
  if (!reason.empty()) {
    body += R"(,"reason":)";
    json::write_text(body, reason);
  }
  return http::json_response(good ? 200 : 503, body + "}");
}

Async<Result<http::Response>> show_live() { co_return probe_answer(true, "up"); }

std::string first_reason(const ServiceHealth& seen) {
  for (const DependencyHealth& dependency : seen.dependencies) {
    if (!dependency.up) return dependency.name + ": " + dependency.detail;
  }
  return {};
}

Async<Result<http::Response>> show_ready(Health& health) {
  if (!health.life.initialised) co_return probe_answer(false, "starting");
  if (health.life.draining) co_return probe_answer(false, "draining");
  const ServiceHealth seen = co_await health.checks.look_at_service();
  if (seen.ready) co_return probe_answer(true, "ready");
  co_return probe_answer(false, "not ready", first_reason(seen));
}

Async<Result<http::Response>> show_metrics(Health& health) {
  std::string text = co_await health.metrics.text();
  co_return http::text_response(200, metrics::kTextFormat, std::move(text));
}

}  // namespace

void add_health_routes(http::Router& router, BaseService& service, ServiceContext& context, const Lifecycle& life) {
  http::RouteOptions open;
  open.anonymous = true;
  const auto health = std::make_shared<Health>(service, context, life);
  const auto add = [&](std::string_view path, http::Handler handler) {
    router.add(http::Method::get, path, std::move(handler), open);
  };
  add("/health", [health](http::Request&) { return show_health(*health); });
  add("/health/live", [](http::Request&) { return show_live(); });
  add("/health/ready", [health](http::Request&) { return show_ready(*health); });
  add("/metrics", [health](http::Request&) { return show_metrics(*health); });
}

}  // namespace valion
