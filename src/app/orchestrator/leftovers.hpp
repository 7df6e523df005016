// Processes of a system whose orchestrator was killed: they end by themselves (their parent's death is a SIGTERM to them), but
// may take as long as a drain. Until then they hold the ports, the logs and Redis's files.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace valion::app {

// Of this `home`, by their command lines in /proc; requires that no orchestrator runs there (hold the lock).
[[nodiscard]] std::vector<pid_t> leftovers(const std::filesystem::path& home);

// Waits until there are none, then kills what is left after `patience`. `say` hears about it only when there was something.
void wait_for_leftovers(const std::filesystem::path& home, std::chrono::milliseconds patience,
                        const std::function<void(const std::string&)>& say);

}  // namespace valion::app
