// orchestrator, restart, scale, stop, and each service alone.
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <map>
#include <memory>

#include "app/commands/words.hpp"
#include "app/orchestrator/orchestrator.hpp"
#include "app/service_list.hpp"
#include "platform/service/module.hpp"
#include "platform/service/runtime.hpp"

namespace valion::app {
namespace {

struct Scale {
  std::string service;
  int count = 1;
};

Result<Scale> parse_scale(const std::string& text) {
  const auto equals = text.find('=');
  const std::string service = text.substr(0, equals);
  const std::string number = equals == std::string::npos ? "" : text.substr(equals + 1);
  const bool good = number.size() == 1 && number[0] >= '1' && number[0] <= '9' && find_service(service) != nullptr;
  if (good) return Scale{service, number[0] - '0'};
  std::string names;
  for (const ServiceEntry& entry : service_list()) names.append(names.empty() ? "" : ", ").append(entry.name);
  return fail(ErrorKind::invalid, fmt::format("not SERVICE=1…9, as in ml_service=2: {}; services are {}", text, names));
}

int orchestrate(const Settings& settings, const Words& words, const std::vector<std::string>& scale) {
  OrchestratorOptions options{std::filesystem::read_symlink("/proc/self/exe"), words.config, {}};
  for (const std::string& text : scale) {
    const auto one = parse_scale(text);
    if (!one) return complain(one.error()), kWrongCommandLine;
    options.scale[one->service] = one->count;
  }
  return run_orchestrator(settings, options);
}

void add_orchestrator(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("orchestrator", "Start every service, keep them running, stop them in order");
  command->group("Running");
  add_common(*command, words);
  auto scale = std::make_shared<std::vector<std::string>>();
  command->add_option("--scale", *scale, "instances of a service, SERVICE=N; the others run once");
  teach(*command, {{"valion orchestrator", "state in ./var, gateway on port 8000; Ctrl-C stops in order"},
                   {"valion orchestrator --scale ml_service=3", "three instances, on free ports"},
                   {"VALION_PORT_API_GATEWAY=9000 valion orchestrator", "another port"},
                   {"kill -HUP PID", "restart every service, one after the other, requests keep flowing"}});
  command->callback([&words, scale] {
    words.run = [&words, scale](const Settings& settings) { return orchestrate(settings, words, *scale); };
  });
}

void add_restart(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("restart", "Restart services one instance at a time; requests keep flowing");
  command->group("Running");
  add_common(*command, words);
  auto service = std::make_shared<std::string>();
  command->add_option("service", *service, "this service only (default: all, in start order)");
  teach(*command, {{"valion restart", "after an update of the binary"},
                   {"valion restart ml_service", "also the way back from a crash loop"}});
  command->callback([&words, service] {
    words.run = [service](const Settings& settings) { return restart_services(settings, *service); };
  });
}

void add_scale(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("scale", "Change how many instances of a service run");
  command->group("Running");
  add_common(*command, words);
  auto text = std::make_shared<std::string>();
  command->add_option("service=count", *text, "for example ml_service=3")->required();
  teach(*command, {{"valion scale ml_service=3", "two more, on free ports"},
                   {"valion scale ml_service=1", "the last ones finish what they have and end"}});
  command->callback([&words, text] {
    words.run = [text](const Settings& settings) {
      const auto scale = parse_scale(*text);
      if (!scale) return complain(scale.error()), kWrongCommandLine;
      return scale_service(settings, scale->service, scale->count);
    };
  });
}

void add_stop(CLI::App& app, Words& words) {
  CLI::App* command = app.add_subcommand("stop", "Stop the system in order, and wait until it has ended");
  command->group("Running");
  add_common(*command, words);
  teach(*command, {{"valion stop", "what Ctrl-C does in the orchestrator's terminal"}});
  command->callback([&words] { words.run = [](const Settings& settings) { return stop_system(settings); }; });
}

void add_services(CLI::App& app, Words& words) {
  for (const ServiceEntry& entry : service_list()) {
    CLI::App* command =
        app.add_subcommand(std::string(entry.name), fmt::format("Run this service alone (port {})", entry.port));
    command->group("Services");
    add_common(*command, words);
    auto port = std::make_shared<std::optional<std::uint16_t>>();
    command->add_option("--port", *port, "port to listen on; 0 takes a free one");
    command->add_option("--address", words.address, "address to listen on (default 127.0.0.1)");
    command->callback([&words, &entry, port] {
      words.run = [&entry, port](const Settings& given) {
        Settings settings = given;
        const std::string name(entry.name);
        if (*port) settings.ports[name] = **port;
        settings.ports.try_emplace(name, entry.port);
        return run_service(load_service(entry.name), settings);
      };
    });
  }
}

}  // namespace

void add_running_words(CLI::App& app, Words& words) {
  add_orchestrator(app, words);
  add_restart(app, words);
  add_scale(app, words);
  add_stop(app, words);
  add_services(app, words);
}

}  // namespace valion::app
