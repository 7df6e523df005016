#include "app/orchestrator/orchestrator.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <cstdlib>

#include "app/logs/log_collector.hpp"
#include "app/orchestrator/control.hpp"
#include "app/orchestrator/fleet.hpp"
#include "app/orchestrator/home.hpp"
#include "app/orchestrator/leftovers.hpp"
#include "app/orchestrator/metrics_endpoint.hpp"
#include "platform/log/logger.hpp"
#include "platform/service/port_owner.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
using Signals = asio::basic_signal_set<Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
constexpr auto kLeftoverGrace = 3s;  // beyond the drain

log::LogSettings log_settings(const Settings& settings, const std::string& service) {
  log::LogSettings made;
  made.file = settings.home / "logs" / (service + ".log");
  made.service_name = service;
  made.instance = fmt::format("{}-{}", service, getpid());
  made.level = settings.log_level;
  return made;
}

// What happens, for whoever watches the terminal and for the log.
class Voice {
 public:
  explicit Voice(const Settings& settings)
      : log_(log_settings(settings, "orchestrator")), redis_(log_settings(settings, "redis")) {}
  void say(const std::string& words) {
    std::printf("%s\n", words.c_str());
    std::fflush(stdout);
    const bool loud = words.starts_with("CRASH LOOP");
    if (loud) std::fprintf(stderr, "valion orchestrator: %s\n", words.c_str());
    log_.write(loud ? log::Level::error : log::Level::info, words);
  }
  // On the terminal alone: what it shows is a secret.
  static void show(const std::string& words) {
    std::printf("%s\n", words.c_str());
    std::fflush(stdout);
  }
  void complain(const std::string& words) {
    std::fprintf(stderr, "valion orchestrator: %s\n", words.c_str());
    log_.error(words);
  }
  void redis_line(const std::string& line) { redis_.info(line); }

 private:
  log::Logger log_, redis_;
};

// The life of one system on its loop.
class System {
 public:
  System(Executor executor, const Settings& settings, const OrchestratorOptions& options, Voice& voice)
      : executor_(executor),
        settings_(settings),
        voice_(voice),
        fleet_(
            executor, settings, options, [this](const std::string& words) { voice_.say(words); },
            [this](const std::string& line) { voice_.redis_line(line); }),
        metrics_(executor, settings, [this] { return fleet_.addresses(); }),
        control_(executor, settings.home, commands()),
        ends_(executor, SIGINT, SIGTERM),
        hang_ups_(executor, SIGHUP),
        asked_to_stop_(executor, std::chrono::steady_clock::time_point::max()) {
    asio::co_spawn(executor, watch_ends(), asio::detached);
    asio::co_spawn(executor, watch_hang_ups(), asio::detached);
  }

  // Up, until somebody wants it down; down. The exit code.
  Async<int> live() {
    remove_gateway_address(settings_.home);  // a killed predecessor may have left one
    const Result<void> claimed = fleet_.claim_ports();
    if (!claimed) {
      for (const Violation& one : claimed.error().violations) voice_.complain(one.pointer + ": " + one.message);
      co_return 1;
    }
    const Result<void> up = co_await fleet_.start();
    metrics_.start();
    if (up) {
      write_gateway_address(settings_.home, fleet_.gateway_address());
      state_ = "running";
      voice_.say(fmt::format(
          "all services are ready after {:.2f} s; the gateway is {}, metrics are on port {} (Ctrl-C stops everything)",
          uptime(), fleet_.gateway_address(), metrics_.port()));
      if (const auto link = read_setup_link(settings_.home, fleet_.gateway_address())) {
        Voice::show("the user admin has no password yet; choose it here, once, within the hour:\n  " + *link);
      }
      while (!stop_asked_) co_await asked_to_stop_.async_wait(asio::as_tuple(use_async));
    } else if (up.error().kind != ErrorKind::cancelled) {
      voice_.complain(up.error().message);
    }
    const bool broken = (!up && !stop_asked_) || crash_looping_;
    state_ = "stopping";
    remove_gateway_address(settings_.home);
    voice_.say("stopping");
    co_await metrics_.stop();
    co_await fleet_.stop();
    voice_.say("stopped");
    ends_.cancel();
    hang_ups_.cancel();
    co_return broken ? 1 : 0;
  }

 private:
  [[nodiscard]] double uptime() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  }

  ControlServer::Commands commands() {
    ControlServer::Commands made;
    made.status = [this] { return OrchestratorView{getpid(), uptime(), state_, fleet_.views()}; };
    made.restart = [this](std::string service, Fleet::Report report) {
      return fleet_.restart(std::move(service), std::move(report));
    };
    made.scale = [this](std::string service, int count, Fleet::Report report) {
      return fleet_.scale(std::move(service), count, std::move(report));
    };
    made.stop = [this] { ask_to_stop(); };
    return made;
  }

  void ask_to_stop() {
    if (!stop_asked_) crash_looping_ = fleet_.crash_looping();
    stop_asked_ = true;
    fleet_.give_up();
    asked_to_stop_.cancel();
  }

  // The first stops in order, also half-way through the start; a second one is for those who do not want to wait.
  Async<void> watch_ends() {
    const auto first = co_await ends_.async_wait(asio::as_tuple(use_async));
    if (std::get<0>(first)) co_return;
    ask_to_stop();
    const auto second = co_await ends_.async_wait(asio::as_tuple(use_async));
    if (!std::get<0>(second)) std::_Exit(128 + std::get<1>(second));
  }

  Async<void> report(std::string words) {
    voice_.say(words);
    co_return;
  }

  Async<void> watch_hang_ups() {
    for (;;) {
      const auto hung_up = co_await hang_ups_.async_wait(asio::as_tuple(use_async));
      if (std::get<0>(hung_up)) co_return;
      voice_.say("SIGHUP: restarting every service, one after the other");
      const Fleet::Report to_us = [this](std::string words) { return report(std::move(words)); };
      const Result<void> restarted = co_await fleet_.restart("", to_us);
      if (!restarted) voice_.complain(restarted.error().message);
    }
  }

  Executor executor_;
  const Settings& settings_;
  Voice& voice_;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::string state_ = "starting";
  Fleet fleet_;
  MetricsEndpoint metrics_;
  ControlServer control_;
  Signals ends_, hang_ups_;
  bool stop_asked_ = false;
  bool crash_looping_ = false;  // when it was asked to stop
  Timer asked_to_stop_;
};

Result<void> check_socket_paths(const Settings& settings) {
  std::vector<std::filesystem::path> paths{control_socket(settings.home)};
  if (settings.redis_url.empty()) paths.push_back(settings.home / "redis" / "redis.sock");
  for (const std::filesystem::path& path : paths) {
    const std::size_t size = path.string().size();
    if (size < sizeof(sockaddr_un{}.sun_path)) continue;
    return fail(ErrorKind::invalid,
                fmt::format("the path {} is too long for a Unix socket ({} bytes); choose a shorter "
                            "--home",
                            path.string(), size));
  }
  return {};
}

std::string metrics_port_text(const Settings& settings, const std::system_error& error) {
  const std::string owner = port_owner_text(settings.metrics_port);
  return fmt::format("metrics.port: {}{}; stop it, or choose another port there or with VALION_METRICS_PORT",
                     error.what(), owner.empty() ? "" : ", it is taken by " + owner);
}

int run(const Settings& settings, const OrchestratorOptions& options, Voice& voice) {
  asio::io_context context{1};
  std::unique_ptr<System> system;
  try {
    system = std::make_unique<System>(context.get_executor(), settings, options, voice);
  } catch (const std::system_error& error) {
    const bool taken = error.code() == std::errc::address_in_use;
    voice.complain(taken ? metrics_port_text(settings, error) : error.what());
    return 1;
  }
  int exit_code = 1;
  asio::co_spawn(context.get_executor(), system->live(), [&](std::exception_ptr failure, int code) {
    context.stop();
    if (failure) std::rethrow_exception(failure);
    exit_code = code;
  });
  context.run();
  return exit_code;
}

}  // namespace

int run_orchestrator(const Settings& given, const OrchestratorOptions& options) {
  Settings settings = given;
  settings.home = std::filesystem::absolute(given.home).lexically_normal();
  const auto refuse = [](const Error& error) {
    std::fprintf(stderr, "valion orchestrator: %s\n", error.message.c_str());
    return 1;
  };
  if (const auto checked = check_socket_paths(settings); !checked) return refuse(checked.error());
  if (const auto order = start_order(service_list()); !order) return refuse(order.error());
  const auto lock = HomeLock::take(settings.home);
  if (!lock) return refuse(lock.error());
  Voice voice(settings);
  const CollectingThread collecting(settings.home / "logs");  // ends after everybody has said his last words
  wait_for_leftovers(settings.home, settings.drain + kLeftoverGrace,
                     [&](const std::string& words) { voice.say(words); });
  return run(settings, options, voice);
}

}  // namespace valion::app
