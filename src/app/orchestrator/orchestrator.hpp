// Starts the whole system in dependency order, restarts what dies, and stops everything in reverse order.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "platform/config/settings.hpp"

namespace valion::app {

struct OrchestratorOptions {
  std::filesystem::path program;                // this binary
  std::optional<std::filesystem::path> config;  // handed on to the services
  std::map<std::string, int> scale;             // service > number of instances; absent: 1. Extra ones take free ports
};

// Runs until SIGTERM or SIGINT. 0 after a clean stop; 1 when something could not start, said on standard error.
[[nodiscard]] int run_orchestrator(const Settings& settings, const OrchestratorOptions& options);

}  // namespace valion::app
