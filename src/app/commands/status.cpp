// `valion status`: what the registry knows, checked against what each instance says of itself right now.
#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/describe.hpp>

#include <algorithm>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/service_list.hpp"
#include "app/terminal/table.hpp"
#include "contracts/platform.hpp"
#include "platform/http/client.hpp"
#include "platform/registry/registry.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kProbePatience = 2s;
constexpr auto kRedisPatience = 1s;

struct StatusInstance {
  std::string id;
  std::int64_t port = 0;
  std::string status;  // up, degraded, down
  std::string version;
  double uptime = 0;  // seconds
};
BOOST_DESCRIBE_STRUCT(StatusInstance, (), (id, port, status, version, uptime))

struct StatusService {
  std::string name;
  std::vector<StatusInstance> instances;
};
BOOST_DESCRIBE_STRUCT(StatusService, (), (name, instances))

struct StatusDocument {
  std::vector<StatusService> services;
  std::string status;  // up when every service has an instance and all instances are up
};
BOOST_DESCRIBE_STRUCT(StatusDocument, (), (services, status))

struct Picture {
  StatusDocument document;
  std::vector<contracts::HealthView> health;  // of the instances that answered
};

Async<void> probe(http::Client& client, const registry::Instance& instance, Picture& picture, StatusService& service) {
  StatusInstance seen{instance.id, instance.port, "down", instance.version, 0};
  http::ClientRequest request;
  request.host = instance.host;
  request.port = instance.port;
  request.target = "/health";
  request.timeout = kProbePatience;
  const auto answer = co_await http::fetch(client, std::move(request));
  if (answer) {
    if (const auto health = json::decode<contracts::HealthView>(answer->body, json::Unknown::ignored)) {
      seen.status = health->status;
      seen.version = health->version;
      seen.uptime = health->uptime_seconds;
      picture.health.push_back(*health);
    }
  }
  service.instances.push_back(std::move(seen));
}

Async<Picture> look(Executor executor, const Settings& settings) {
  Picture picture;
  redis::Settings redis_settings;
  redis_settings.url = settings.redis_url.empty()
                           ? "unix:" + (std::filesystem::absolute(settings.home) / "redis" / "redis.sock").string()
                           : settings.redis_url;
  redis::Client redis(executor, redis_settings);
  registry::Directory directory(redis, {});
  http::Client client(executor);
  const bool connected = co_await redis.wait_connected(kRedisPatience);
  if (connected) {
    const Result<void> seen = co_await directory.refresh();
    (void)seen;  // nothing seen is shown as nothing there
  }
  for (const ServiceEntry& entry : service_list()) {
    StatusService service{std::string(entry.name), {}};
    for (const registry::Instance& instance : directory.instances(service.name)) {
      co_await probe(client, instance, picture, service);
    }
    picture.document.services.push_back(std::move(service));
  }
  redis.close();
  const auto all_up = [](const StatusService& service) {
    return !service.instances.empty() && std::all_of(service.instances.begin(), service.instances.end(),
                                                     [](const auto& one) { return one.status == "up"; });
  };
  const auto& services = picture.document.services;
  picture.document.status = std::all_of(services.begin(), services.end(), all_up) ? "up" : "down";
  co_return picture;
}

Picture look_now(const Settings& settings) {
  asio::io_context context{1};
  Picture picture;
  asio::co_spawn(context.get_executor(), look(context.get_executor(), settings),
                 [&](std::exception_ptr failure, Picture seen) {
                   if (failure) std::rethrow_exception(failure);
                   picture = std::move(seen);
                   context.stop();
                 });
  context.run();
  return picture;
}

void print_table(const Picture& picture) {
  TextTable table{{"service", "instance", "port", "status", "version", "uptime"}, {}};
  for (const StatusService& service : picture.document.services) {
    if (service.instances.empty()) table.rows.push_back({service.name, "none", "–", "down", "–", "–"});
    for (const StatusInstance& one : service.instances) {
      table.rows.push_back({service.name, one.id, std::to_string(one.port), one.status, one.version,
                            fmt::format("{:.0f} s", one.uptime)});
    }
  }
  fmt::print("{}", to_text(table));
}

void print_details(const Picture& picture) {
  for (const contracts::HealthView& health : picture.health) {
    fmt::print("\n  {}\n", health.instance);
    for (const auto& dependency : health.dependencies) {
      fmt::print("    {:<28} {} {}\n", dependency.name, dependency.status, dependency.detail);
    }
    for (const auto& [name, value] : health.metrics) fmt::print("    {:<28} {:g}\n", name, value);
  }
}

}  // namespace

int show_status(const Settings& settings, const StatusOptions& options) {
  const auto until = std::chrono::steady_clock::now() + options.wait;
  Picture picture = look_now(settings);
  while (picture.document.status != "up" && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(200ms);
    picture = look_now(settings);
  }
  if (options.json) {
    fmt::print("{}\n", json::encode(picture.document));
  } else {
    print_table(picture);
    if (options.verbose) print_details(picture);
  }
  return picture.document.status == "up" ? 0 : 1;
}

}  // namespace valion::app
