#include "app/commands/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "app/commands/observing_words.hpp"
#include "app/commands/words.hpp"
#include "app/service_list.hpp"

namespace valion::app {
namespace {

// The settings cannot know which services there are; a misspelt one must not pass for one.
Result<void> check_port_names(const Settings& settings) {
  Error error = make_error(ErrorKind::invalid, "the settings name a service that does not exist");
  for (const auto& [service, port] : settings.ports) {
    if (find_service(service) != nullptr) continue;
    std::string names;
    for (const ServiceEntry& entry : service_list()) names.append(names.empty() ? "" : ", ").append(entry.name);
    error.add({"ports." + service, "is no service; there are " + names, -1, "", ""});
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return {};
}

Result<Settings> settings_of(const Words& words) {
  VALION_TRY_ASSIGN(Settings settings, load_settings(words.config, process_environment()));
  VALION_TRY(check_port_names(settings));
  if (words.home) settings.home = *words.home;
  if (words.address) settings.address = *words.address;
  return settings;
}

}  // namespace

void add_common(CLI::App& command, Words& words) {
  command.add_option("--config", words.config, "YAML file with settings")->check(CLI::ExistingFile);
  command.add_option("--home", words.home, "folder of all state (VALION_HOME; default ./var)");
}

void add_gateway(CLI::App& command, Words& words) {
  add_common(command, words);
  command.add_option("--gateway", words.gateway.url, "address of the gateway, e.g. http://127.0.0.1:8000");
  command.add_flag("--json", words.gateway.json, "one JSON document instead of text");
}

void teach(CLI::App& command, std::initializer_list<std::pair<const char*, const char*>> examples) {
  std::size_t width = 0;
  for (const auto& [words, meaning] : examples) width = std::max(width, std::string_view(words).size());
  std::string text = "Examples:";
  for (const auto& [words, meaning] : examples) text += fmt::format("\n  {:<{}}  {}", words, width, meaning);
  command.footer(text);
}

int run_command_line(int count, char** arguments) {
  CLI::App app{"Valion: a glass-box real-estate valuation platform."};
  app.set_version_flag("--version", VALION_VERSION);
  app.require_subcommand(1);
  Words words;
  add_running_words(app, words);
  add_watching_words(app, words);
  add_observing_words(app, words.run);
  add_gateway_words(app, words);
  add_market_words(app, words);
  add_access_words(app, words);
  add_account_words(app, words);
  add_keeping_words(app, words);
  add_completion_words(app, words);
  teach(app, {{"valion orchestrator", "start the whole system, here"},
              {"valion demo", "in another terminal: the whole job on real sales"},
              {"valion status --verbose", "what runs, and how well"},
              {"valion logs --follow --level warning", "what goes wrong, as it happens"},
              {"valion COMMAND --help", "each command, with examples"}});
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongCommandLine;
  }
  if (!words.needs_settings) return words.run(Settings{});
  const auto settings = settings_of(words);
  if (!settings) return complain(settings.error()), kWrongCommandLine;
  return words.run(*settings);
}

}  // namespace valion::app
