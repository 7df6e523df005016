// How commands are written: each group of commands is one file *_words.cpp that adds its words to the tree.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "app/commands/commands.hpp"

namespace CLI {
class App;
}

namespace valion::app {

inline constexpr int kWrongCommandLine = 2;

// What every command shares, and the command that was chosen. Outlives the parsing and the run.
struct Words {
  std::optional<std::filesystem::path> config;
  std::optional<std::filesystem::path> home;
  std::optional<std::string> address;
  GatewayOptions gateway;
  std::function<int(const Settings&)> run;
  bool needs_settings = true;  // false: `run` gets the defaults, so that a wrong file does not matter
};

// --config and --home; and for those that talk to the gateway --gateway and --json.
void add_common(CLI::App& command, Words& words);
void add_gateway(CLI::App& command, Words& words);
// Examples below the help of a command: pairs of a command and what it does, one line each.
void teach(CLI::App& command, std::initializer_list<std::pair<const char*, const char*>> examples);

void add_running_words(CLI::App& app, Words& words);   // orchestrator, restart, scale, stop, the services
void add_watching_words(CLI::App& app, Words& words);  // status, logs, test, config
void add_market_words(CLI::App& app, Words& words);    // demo, data, study, value, report
void add_access_words(CLI::App& app, Words& words);    // user, key, signing-key
void add_account_words(CLI::App& app, Words& words);   // tenant, audit
void add_keeping_words(CLI::App& app, Words& words);   // backup, restore, gc
void add_gateway_words(CLI::App& app, Words& words);   // gateway
void add_completion_words(CLI::App& app, Words& words);

}  // namespace valion::app
