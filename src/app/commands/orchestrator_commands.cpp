// `valion restart`, `scale` and `stop`: what the orchestrator does on request.
#include <fmt/format.h>

#include <cstdio>
#include <thread>

#include "app/commands/commands.hpp"
#include "app/orchestrator/control.hpp"
#include "app/orchestrator/home.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kStopGrace = 10s;  // beyond the orchestrator's own patience

void print_line(const std::string& words) {
  fmt::print("{}\n", words);
  std::fflush(stdout);
}

}  // namespace

int restart_services(const Settings& settings, const std::string& service) {
  const auto answer = ask_orchestrator(settings.home, {"restart", service, 0}, print_line);
  if (!answer) return complain(answer.error());
  print_line(service.empty() ? "every service was restarted" : service + " was restarted");
  return 0;
}

int scale_service(const Settings& settings, const std::string& service, int count) {
  const auto answer = ask_orchestrator(settings.home, {"scale", service, count}, print_line);
  if (!answer) return complain(answer.error());
  print_line(fmt::format("{} runs {}", service, count == 1 ? "once" : fmt::format("{} times", count)));
  return 0;
}

int stop_system(const Settings& settings) {
  const auto answer = ask_orchestrator(settings.home, {"stop", "", 0}, print_line);
  if (!answer) return complain(answer.error());
  print_line("stopping");
  const auto until = std::chrono::steady_clock::now() + settings.stop_timeout + kStopGrace;
  while (std::chrono::steady_clock::now() < until) {
    if (!ask_orchestrator(settings.home, {"status", "", 0}, print_line)) {
      print_line("stopped");
      return 0;
    }
    std::this_thread::sleep_for(50ms);
  }
  return complain(make_error(ErrorKind::timeout, "the system is still stopping; see `valion status`"));
}

}  // namespace valion::app
