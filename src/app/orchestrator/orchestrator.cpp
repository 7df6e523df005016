#include "app/orchestrator/orchestrator.hpp"

#include <signal.h>
#include <sys/un.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "app/orchestrator/home.hpp"
#include "app/orchestrator/metrics_endpoint.hpp"
#include "app/orchestrator/supervised.hpp"
#include "app/service_list.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kReadinessPatience = 60s;
constexpr auto kKillAfterDrain = 3s;
constexpr std::string_view kServiceReadyMark = "listening on ";
constexpr std::string_view kRedisReadyMark = "ready to accept connections";

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

// A private Redis: Unix socket only, in a folder of mode 0700, so that it has no port and needs no password.
Role redis_role(const std::filesystem::path& home) {
  const std::filesystem::path folder = home / "redis";
  Command command{"redis-server",
                  {"--port", "0", "--unixsocket", (folder / "redis.sock").string(), "--unixsocketperm", "700", "--dir",
                   folder.string(), "--appendonly", "yes", "--save", "", "--daemonize", "no", "--logfile", ""},
                  {}};
  return Role{"redis", [command](const std::string&) { return command; }, std::string(kRedisReadyMark)};
}

std::string port_of(const std::string& address) { return address.substr(address.rfind(':') + 1); }

Role service_role(const Settings& settings, const OrchestratorOptions& options, const ServiceEntry& entry, int number) {
  const std::string service(entry.name);
  const auto configured = settings.ports.find(service);
  const std::uint16_t port = number > 1 ? 0 : configured != settings.ports.end() ? configured->second : entry.port;
  Command command{options.program.string(), {service, "--home", settings.home.string()}, {}};
  if (options.config) command.arguments.insert(command.arguments.end(), {"--config", options.config->string()});
  const auto with_port = [command, port](const std::string& last_address) {
    Command complete = command;  // a restarted service keeps the address that others may know
    complete.arguments.insert(complete.arguments.end(),
                              {"--port", last_address.empty() ? std::to_string(port) : port_of(last_address)});
    return complete;
  };
  const std::string name = number > 1 ? service + "#" + std::to_string(number) : service;
  return Role{name, with_port, std::string(kServiceReadyMark)};
}

class Orchestrator {
 public:
  Orchestrator(Executor executor, const Settings& settings, const OrchestratorOptions& options)
      : executor_(executor), settings_(settings), options_(options) {}

  // Starts everything; false when something did not come up or we were asked to stop meanwhile.
  Async<bool> start_all() {
    if (settings_.redis_url.empty()) {
      std::vector<Role> redis(1, redis_role(settings_.home));
      const bool started = co_await start_group(std::move(redis));
      if (!started) co_return false;
    }
    const std::vector<std::string_view> order = start_order(service_list()).value();
    for (const std::string_view name : order) {
      std::vector<Role> roles;
      const auto wanted = options_.scale.find(std::string(name));
      const int count = wanted == options_.scale.end() ? 1 : wanted->second;
      for (int number = 1; number <= count; ++number) {
        roles.push_back(service_role(settings_, options_, *find_service(name), number));
      }
      if (stopping_) co_return false;
      const bool started = co_await start_group(std::move(roles));
      if (!started) co_return false;
    }
    co_return true;
  }

  // In reverse order of starting: the gateway first, Redis last.
  Async<void> stop_all() {
    stopping_ = true;
    for (auto it = processes_.rbegin(); it != processes_.rend(); ++it) {
      co_await (*it)->stop(settings_.drain + kKillAfterDrain);
    }
  }

  void ask_to_stop() {
    stopping_ = true;
    for (const auto& process : processes_) process->give_up();
  }

  [[nodiscard]] std::string gateway_address() const { return processes_.back()->address(); }

  [[nodiscard]] std::vector<std::string> addresses() const {
    std::vector<std::string> known;
    for (const auto& process : processes_) {
      if (!process->address().empty()) known.push_back(process->address());
    }
    return known;
  }

 private:
  Async<bool> start_group(std::vector<Role> roles) {
    std::vector<Supervised*> started;
    for (Role& role : roles) {
      processes_.push_back(std::make_unique<Supervised>(executor_, std::move(role), say));
      started.push_back(processes_.back().get());
      asio::co_spawn(executor_, keep_running(*started.back()), asio::detached);
    }
    for (Supervised* process : started) {
      const bool ready = co_await process->wait_ready(kReadinessPatience);
      if (!ready) {
        if (!stopping_) std::fprintf(stderr, "%s did not become ready\n", process->name().c_str());
        co_return false;
      }
    }
    co_return true;
  }

  static Async<void> keep_running(Supervised& process) {
    const Result<void> outcome = co_await process.run();
    if (!outcome) std::fprintf(stderr, "%s\n", outcome.error().message.c_str());
  }

  Executor executor_;
  const Settings& settings_;
  const OrchestratorOptions& options_;
  std::vector<std::unique_ptr<Supervised>> processes_;
  bool stopping_ = false;
};

using Signals = asio::basic_signal_set<Executor>;

// The life of the system: up, until a signal; down. The first signal stops in order, also half-way through the start.
Async<void> live(Orchestrator& orchestrator, MetricsEndpoint& metrics, const Settings& settings, Signals& signals,
                 bool& interrupted, int& exit_code) {
  const bool up = co_await orchestrator.start_all();
  metrics.start();
  if (up && !interrupted) {
    write_gateway_address(settings.home, orchestrator.gateway_address());
    say("all services are ready; the gateway is " + orchestrator.gateway_address() + ", metrics are on port " +
        std::to_string(metrics.port()) + " (Ctrl-C stops everything)");
    co_await signals.async_wait(asio::as_tuple(use_async));
  }
  exit_code = up || interrupted ? 0 : 1;
  remove_gateway_address(settings.home);
  say("stopping");
  co_await metrics.stop();
  co_await orchestrator.stop_all();
  say("stopped");
}

Result<void> check_socket_path(const Settings& settings) {
  const std::string path = (settings.home / "redis" / "redis.sock").string();
  if (!settings.redis_url.empty() || path.size() < sizeof(sockaddr_un{}.sun_path)) return {};
  return fail(ErrorKind::invalid, "the path of the Redis socket is too long for a Unix socket (" +
                                      std::to_string(path.size()) + " bytes): " + path + "; choose a shorter --home");
}

}  // namespace

int run_orchestrator(const Settings& given, const OrchestratorOptions& options) {
  Settings settings = given;
  settings.home = std::filesystem::absolute(given.home).lexically_normal();
  const auto refuse = [](const Error& error) {
    std::fprintf(stderr, "valion orchestrator: %s\n", error.message.c_str());
    return 1;
  };
  if (const auto checked = check_socket_path(settings); !checked) return refuse(checked.error());
  const auto lock = HomeLock::take(settings.home);
  if (!lock) return refuse(lock.error());

  asio::io_context context{1};
  Signals signals(context.get_executor(), SIGINT, SIGTERM);
  Orchestrator orchestrator(context.get_executor(), settings, options);
  MetricsEndpoint metrics(context.get_executor(), settings, [&] { return orchestrator.addresses(); });
  bool interrupted = false;
  int exit_code = 1;
  Signals early(context.get_executor(), SIGINT, SIGTERM);
  early.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    interrupted = true;
    orchestrator.ask_to_stop();
  });
  asio::co_spawn(context.get_executor(), live(orchestrator, metrics, settings, signals, interrupted, exit_code),
                 [&](std::exception_ptr failure) {
                   early.cancel();
                   context.stop();
                   if (failure) std::rethrow_exception(failure);
                 });
  context.run();
  return exit_code;
}

}  // namespace valion::app
