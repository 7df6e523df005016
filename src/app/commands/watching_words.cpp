// status, logs, test, config.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/gateway_admin.hpp"
#include "app/commands/words.hpp"

namespace valion::app {
namespace {

void add_status(CLI::App& app, Words& words) {
  CLI::App* command =
      app.add_subcommand("status", "Which services run, and are they well? Non-zero when something is down");
  command->group("Watching");
  add_common(*command, words);
  auto options = std::make_shared<StatusOptions>();
  auto wait = std::make_shared<std::int64_t>(0);
  command->add_flag("--verbose,-v", options->verbose, "processes, latency, dependencies, breakers and queues");
  command->add_flag("--json", options->json, "one JSON document instead of tables");
  command->add_option("--wait", *wait, "wait up to so many seconds until everything is up")->check(CLI::Range(0, 3600));
  teach(*command, {{"valion status", "one line an instance"},
                   {"valion status --verbose", "and why something is not well"},
                   {"valion status --wait 30 && valion demo", "in a script, after starting the orchestrator"},
                   {"valion status --json | jq .status", "for programs: up or down"}});
  command->callback([&words, options, wait] {
    words.run = [options, wait](const Settings& settings) {
      options->wait = std::chrono::seconds(*wait);
      return show_status(settings, *options);
    };
  });
}

void add_logs(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("logs", "What the services wrote, joined, in the order of time");
  command->group("Watching");
  add_common(*command, words);
  auto options = std::make_shared<LogOptions>();
  command->add_option("--service,-s", options->service, "of this service only");
  command->add_option("--level,-l", options->level, "this level and more serious ones")
      ->check(CLI::IsMember({"trace", "debug", "info", "warning", "error"}));
  command->add_option("--request-id,-r", options->request_id, "of this request or trace, through all services");
  command->add_option("--since", options->since, "an age (90s, 15m, 2h, 1d) or a time in UTC");
  command->add_option("--lines,-n", options->lines, "the last N only")->check(CLI::Range(0, 1'000'000'000));
  command->add_flag("--follow,-f", options->follow, "go on with what comes, until Ctrl-C (begins with the last 20)");
  command->add_flag("--json", options->json, "the lines as they were written");
  teach(*command, {{"valion logs --follow", "what happens now"},
                   {"valion logs --level warning --since 1h", "what went wrong in the last hour"},
                   {"valion logs --request-id 4f1c…", "one request, through all services"},
                   {"valion logs -s ml_service --json | jq .message", "for programs"}});
  command->callback(
      [&words, options] { words.run = [options](const Settings& settings) { return show_logs(settings, *options); }; });
}

void add_test(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("test", "Smoke test of a running system through its gateway");
  command->group("Watching");
  add_gateway(*command, words);
  teach(*command, {{"valion test", "real requests to every service; non-zero when anything is wrong"}});
  command->callback([&words] { words.run = [&words](const Settings& s) { return smoke_test(s, words.gateway); }; });
}

void add_config(CLI::App& app, Words& words) {
  CLI::App* config = app.add_subcommand("config", "Settings: file < environment < flags")->require_subcommand(1);
  config->group("Watching");
  CLI::App* show = config->add_subcommand("show", "The settings in force, as a YAML file");
  CLI::App* check =
      config->add_subcommand("check", "Check the settings and the gateway's routes; every mistake at once");
  CLI::App* routes = config->add_subcommand("routes", "The gateway's route table, as a YAML file");
  for (CLI::App* command : {show, check, routes}) add_common(*command, words);
  teach(*config, {{"valion config show > valion.yaml", "a file to start from, every setting with its meaning"},
                  {"valion config check --config valion.yaml", "before it is used"},
                  {"valion config routes > routes.yaml", "a route table to start from (gateway.routes)"}});
  show->callback([&words] { words.run = [](const Settings& s) { return show_config(s); }; });
  routes->callback([&words] { words.run = [](const Settings& s) { return show_routes(s); }; });
  check->callback([&words] {
    words.run = [](const Settings& s) {
      const int wrong = check_routes(s);
      return wrong != 0 ? wrong : (fmt::print("the settings are good\n"), 0);
    };
  });
}

}  // namespace

void add_watching_words(CLI::App& app, Words& words) {
  add_status(app, words);
  add_logs(app, words);
  add_test(app, words);
  add_config(app, words);
}

}  // namespace valion::app
