#include "app/commands/observing_words.hpp"

#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/observing.hpp"

namespace valion::app {
namespace {

constexpr const char* kWatching = "Watching";

void add_health(CLI::App& app, std::function<int(const Settings&)>& run) {
  CLI::App* command = app.add_subcommand("health", "Ask one process how it is; for container health checks");
  command->group(kWatching);
  const auto options = std::make_shared<HealthQuestion>();
  command->add_option("url", options->url, "http://HOST:PORT/health/ready; without a path /health")->required();
  command->add_option("--timeout", options->patience_seconds, "seconds to wait for the answer")
      ->check(CLI::Range(1, 60))
      ->capture_default_str();
  command->footer(
      "\nPrints the answer. Exit code 0 for status 200, 1 for any other answer and for none.\n\nExamples:\n"
      "  valion health http://127.0.0.1:8002/health/live    is the process alive?\n"
      "  valion health http://127.0.0.1:8002/health/ready   does it want requests?\n"
      "  valion health http://127.0.0.1:8002                what it needs, and how that is");
  command->callback([&run, options] { run = [options](const Settings&) { return ask_health(*options); }; });
}

void add_log_level(CLI::App& app, std::function<int(const Settings&)>& run) {
  CLI::App* command = app.add_subcommand("log-level", "Change how much running services log, without restarting them");
  command->group(kWatching);
  const auto change = std::make_shared<LogLevelChange>();
  const auto home = std::make_shared<std::optional<std::filesystem::path>>();
  command->add_option("level", change->level, "trace, debug, info, warning or error; left out: only show")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error"}));
  command->add_option("--service,-s", change->service, "of this service only");
  command->add_option("--home", *home, "folder of all state (VALION_HOME; default ./var)");
  command->footer(
      "\nIn force until the process ends; the settings' log.level holds from its start.\n\nExamples:\n"
      "  valion log-level                          what each instance logs\n"
      "  valion log-level debug -s ml_service      more of one service\n"
      "  valion log-level info                     back to the usual");
  command->callback([&run, change, home] {
    run = [change, home](const Settings& given) {
      Settings settings = given;
      if (*home) settings.home = **home;
      return change_log_level(settings, *change);
    };
  });
}

}  // namespace

void add_observing_words(CLI::App& app, std::function<int(const Settings&)>& run) {
  add_health(app, run);
  add_log_level(app, run);
}

}  // namespace valion::app
