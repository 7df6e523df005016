#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

#include "app/service_list.hpp"
#include "app/status/registered_instances.hpp"
#include "app/status/status_view.hpp"
#include "platform/http/client.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kProbePatience = 2s;

http::ClientRequest request_to(const registry::Instance& instance, const std::string& target) {
  http::ClientRequest request;
  request.host = instance.host;
  request.port = instance.port;
  request.target = target;
  request.timeout = kProbePatience;
  return request;
}

std::string text_of(registry::Verdict verdict) {
  switch (verdict) {
    case registry::Verdict::passing: return "passing";
    case registry::Verdict::critical: return "critical";
    case registry::Verdict::unknown: break;
  }
  return "unknown";
}

// What one instance says of itself.
struct Seen {
  StatusInstance instance;
  std::optional<contracts::HealthView> health;
};

std::string reason_of(const contracts::HealthView& health) {
  for (const auto& dependency : health.dependencies) {
    if (dependency.status != "up")
      return fmt::format("{} is {}: {}", dependency.name, dependency.status, dependency.detail);
  }
  return health.status == "up" ? "" : "it says so";
}

Async<void> probe(http::Client& client, registry::Instance record, bool with_metrics, Seen& seen, int& left) {
  seen.instance.id = record.id;
  seen.instance.port = record.port;
  seen.instance.status = "down";
  seen.instance.version = record.version;
  seen.instance.host = record.host;
  seen.instance.zone = record.zone;
  seen.instance.verdict = text_of(record.verdict);
  http::ClientRequest health_request = request_to(record, "/health");
  auto answer = co_await client.send(std::move(health_request));
  Result<std::string> text = std::string();
  if (answer) text = co_await http::read_all(*answer->body, 1u << 20);
  if (answer && text) {
    if (auto health = json::decode<contracts::HealthView>(*text, json::Unknown::ignored)) {
      seen.instance.status = health->status;
      seen.instance.version = health->version;
      seen.instance.uptime = health->uptime_seconds;
      seen.instance.reason = reason_of(*health);
      seen.health = std::move(*health);
    }
  } else {
    seen.instance.reason = answer ? text.error().message : answer.error().message;
  }
  if (with_metrics && seen.health) {
    http::ClientRequest metrics_request = request_to(record, "/metrics");
    const auto metrics = co_await http::fetch(client, std::move(metrics_request));
    if (metrics) add_metrics(seen.instance, metrics->body);
  }
  --left;
}

Async<void> look(Executor executor, const Settings& settings, bool with_metrics, Picture& picture) {
  const std::vector<registry::Instance> records = co_await registered_instances(executor, settings);
  http::Client client(executor);
  std::vector<Seen> seen(records.size());
  int left = static_cast<int>(records.size());
  for (std::size_t index = 0; index < records.size(); ++index) {
    asio::co_spawn(executor, probe(client, records[index], with_metrics, seen[index], left), asio::detached);
  }
  while (left > 0) co_await sleep_for(1ms);
  for (const ServiceEntry& entry : service_list()) {
    StatusService service{std::string(entry.name), {}};
    for (std::size_t index = 0; index < records.size(); ++index) {
      if (records[index].service != entry.name) continue;
      service.instances.push_back(seen[index].instance);
      if (seen[index].health) picture.health.push_back(*seen[index].health);
    }
    picture.document.services.push_back(std::move(service));
  }
}

// Everything that keeps the system from being up.
std::vector<std::string> problems_of(const StatusDocument& document) {
  std::vector<std::string> problems;
  for (const StatusService& service : document.services) {
    if (service.instances.empty()) problems.push_back(service.name + " has no instance");
    for (const StatusInstance& one : service.instances) {
      if (one.status == "up") continue;
      problems.push_back(fmt::format("{} is {}{}", one.id, one.status, one.reason.empty() ? "" : ": " + one.reason));
    }
  }
  if (!document.orchestrator) return problems;
  for (const ProcessView& process : document.orchestrator->processes) {
    if (process.state == "crash-looping") {
      problems.push_back(fmt::format("{} is in a crash loop (last {}); mend the cause, then `valion restart {}`",
                                     process.name, process.last_end, process.service));
    } else if (process.state != "ready") {
      problems.push_back(fmt::format("{} is {}", process.name, process.state));
    }
  }
  return problems;
}

}  // namespace

Picture look_at_system(const Settings& settings, bool with_metrics) {
  asio::io_context context{1};
  Picture picture;
  asio::co_spawn(context.get_executor(), look(context.get_executor(), settings, with_metrics, picture),
                 [&](std::exception_ptr failure) {
                   context.stop();
                   if (failure) std::rethrow_exception(failure);
                 });
  context.run();
  const auto answer = ask_orchestrator(settings.home, {"status", "", 0}, [](const std::string&) {});
  if (answer) picture.document.orchestrator = answer->status;
  picture.document.problems = problems_of(picture.document);
  picture.document.status = picture.document.problems.empty() ? "up" : "down";
  return picture;
}

}  // namespace valion::app
