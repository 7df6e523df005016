#include "app/commands/command_line.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <memory>

#include "app/commands/commands.hpp"
#include "app/orchestrator/orchestrator.hpp"
#include "app/service_list.hpp"
#include "platform/service/module.hpp"
#include "platform/service/runtime.hpp"

namespace valion::app {
namespace {

constexpr int kWrongCommandLine = 2;

// What every command shares, and the command that was chosen.
struct Words {
  std::optional<std::filesystem::path> config;
  std::optional<std::filesystem::path> home;
  std::optional<std::string> address;
  std::optional<std::uint16_t> port;
  std::vector<std::string> scale;
  GatewayOptions gateway;
  StatusOptions status;
  std::int64_t wait_seconds = 0;
  ImportCommand import;
  std::filesystem::path study;
  ValueCommand value;
  ReportCommand report;
  DemoCommand demo;
  std::function<int(const Settings&)> run;
};

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

Result<std::map<std::string, int>> parse_scale(const std::vector<std::string>& texts) {
  std::map<std::string, int> scale;
  for (const std::string& text : texts) {
    const auto equals = text.find('=');
    const std::string service = text.substr(0, equals);
    const std::string number = equals == std::string::npos ? "" : text.substr(equals + 1);
    const bool good = number.size() == 1 && number[0] >= '1' && number[0] <= '9' && find_service(service) != nullptr;
    if (!good) return fail(ErrorKind::invalid, "--scale wants SERVICE=1…9, for example ml_service=2, not " + text);
    scale[service] = number[0] - '0';
  }
  return scale;
}

void add_common(CLI::App& command, Words& words) {
  command.add_option("--config", words.config, "YAML file with settings")->check(CLI::ExistingFile);
  command.add_option("--home", words.home, "folder of all state (VALION_HOME; default ./var)");
}

void add_gateway(CLI::App& command, Words& words) {
  add_common(command, words);
  command.add_option("--gateway", words.gateway.url, "address of the gateway, e.g. http://127.0.0.1:8000");
  command.add_flag("--json", words.gateway.json, "one JSON document instead of text");
}

void add_orchestrator(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("orchestrator", "Start every service, keep them running, stop them in order");
  add_common(*command, words);
  command->add_option("--scale", words.scale, "instances of a service, e.g. --scale ml_service=2");
  command->callback([&words] {
    words.run = [&words](const Settings& settings) {
      const auto scale = parse_scale(words.scale);
      if (!scale) return complain(scale.error()), kWrongCommandLine;
      return run_orchestrator(settings, {std::filesystem::read_symlink("/proc/self/exe"), words.config, *scale});
    };
  });
}

void add_services(CLI::App& app, Words& words) {
  for (const ServiceEntry& entry : service_list()) {
    CLI::App* command =
        app.add_subcommand(std::string(entry.name), fmt::format("Run this service alone (port {})", entry.port));
    command->group("Services");
    add_common(*command, words);
    command->add_option("--port", words.port, "port to listen on; 0 takes a free one");
    command->add_option("--address", words.address, "address to listen on (default 127.0.0.1)");
    command->callback([&words, &entry] {
      words.run = [&words, &entry](const Settings& given) {
        Settings settings = given;
        const std::string name(entry.name);
        if (words.port) settings.ports[name] = *words.port;
        settings.ports.try_emplace(name, entry.port);
        return run_service(load_service(entry.name), settings);
      };
    });
  }
}

void add_status(CLI::App& app, Words& words) {
  CLI::App* command =
      app.add_subcommand("status", "Which services run, and are they well? Non-zero when something is down");
  add_common(*command, words);
  command->add_flag("--verbose,-v", words.status.verbose, "dependencies and metrics of every instance");
  command->add_flag("--json", words.status.json, "one JSON document instead of a table");
  command->add_option("--wait", words.wait_seconds, "wait up to so many seconds until everything is up")
      ->check(CLI::Range(0, 3600));
  command->callback([&words] {
    words.run = [&words](const Settings& settings) {
      words.status.wait = std::chrono::seconds(words.wait_seconds);
      return show_status(settings, words.status);
    };
  });
}

void add_test(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("test", "Smoke test of a running system through its gateway");
  add_gateway(*command, words);
  command->callback([&words] { words.run = [&words](const Settings& s) { return smoke_test(s, words.gateway); }; });
}

void add_demo(CLI::App& app, Words& words) {
  CLI::App* command =
      app.add_subcommand("demo", "The whole job on 25,357 real sales: import, clean, locate, train, value, report");
  add_gateway(*command, words);
  words.demo.study = "examples/lucas_county/study.json";
  command->add_option("--study", words.demo.study, "the study to run")->capture_default_str();
  command->add_option("--output", words.demo.folder, "folder for the report (default VALION_HOME/reports)");
  command->callback(
      [&words] { words.run = [&words](const Settings& s) { return run_demo(s, words.gateway, words.demo); }; });
}

void add_data(CLI::App& app, Words& words) {
  CLI::App* data = app.add_subcommand("data", "Market data")->require_subcommand(1);
  CLI::App* command = data->add_subcommand("import", "Upload a CSV file as a new data set");
  add_gateway(*command, words);
  command->add_option("file", words.import.file, "the file")->required()->check(CLI::ExistingFile);
  command->add_option("--target", words.import.target, "the price column")->required();
  command->add_option("--name", words.import.name, "name of the data set (default: the file's)");
  command->callback(
      [&words] { words.run = [&words](const Settings& s) { return import_data(s, words.gateway, words.import); }; });
}

void add_study(CLI::App& app, Words& words) {
  CLI::App* study = app.add_subcommand("study", "Studies: a market, a model, its honest test")->require_subcommand(1);
  CLI::App* command = study->add_subcommand("run", "Import, clean, locate and train as a study file says");
  add_gateway(*command, words);
  command->add_option("study", words.study, "the study file")->required()->check(CLI::ExistingFile);
  command->callback(
      [&words] { words.run = [&words](const Settings& s) { return study_run(s, words.gateway, words.study); }; });
}

void add_value(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("value", "Value the property of a study file with a trained model");
  add_gateway(*command, words);
  command->add_option("--study", words.value.study, "the study file whose /valuation is valued")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("--model", words.value.model, "the model's id")->required();
  command->callback(
      [&words] { words.run = [&words](const Settings& s) { return value_property(s, words.gateway, words.value); }; });
}

void add_report(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("report", "Write the PDF and XLSX report of a valuation");
  add_gateway(*command, words);
  command->add_option("--valuation", words.report.valuation, "the valuation's id")->required();
  command->add_option("--title", words.report.title, "title of the report")->capture_default_str();
  command->add_option("--language", words.report.language, "en or pt-BR")->capture_default_str();
  command->add_option("--output", words.report.folder, "folder to write to")->capture_default_str();
  command->callback(
      [&words] { words.run = [&words](const Settings& s) { return write_report(s, words.gateway, words.report); }; });
}

void add_config(CLI::App& app, Words& words) {
  CLI::App* config = app.add_subcommand("config", "Settings: file < environment < flags")->require_subcommand(1);
  CLI::App* show = config->add_subcommand("show", "The settings in force, as a YAML file");
  CLI::App* check = config->add_subcommand("check", "Check the settings; every mistake at once");
  for (CLI::App* command : {show, check}) add_common(*command, words);
  show->callback([&words] { words.run = [](const Settings& s) { return show_config(s); }; });
  check->callback([&words] { words.run = [](const Settings&) { return fmt::print("the settings are good\n"), 0; }; });
}

}  // namespace

int run_command_line(int count, char** arguments) {
  CLI::App app{
      "Valion: a glass-box real-estate valuation platform.\nStart with `valion orchestrator`, then `valion demo`."};
  app.set_version_flag("--version", VALION_VERSION);
  app.require_subcommand(1);
  Words words;
  add_orchestrator(app, words);
  add_status(app, words);
  add_test(app, words);
  add_demo(app, words);
  add_data(app, words);
  add_study(app, words);
  add_value(app, words);
  add_report(app, words);
  add_config(app, words);
  add_services(app, words);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongCommandLine;
  }
  const auto settings = settings_of(words);
  if (!settings) return complain(settings.error()), kWrongCommandLine;
  return words.run(*settings);
}

}  // namespace valion::app
