// How each process of the system is started.
#pragma once

#include <filesystem>

#include "app/orchestrator/listening_socket.hpp"
#include "app/orchestrator/orchestrator.hpp"
#include "app/orchestrator/supervised.hpp"
#include "app/service_list.hpp"

namespace valion::app {

// A private Redis: Unix socket only, in a folder of mode 0700, so that it has no port and needs no password.
[[nodiscard]] Role redis_role(const std::filesystem::path& home, std::function<void(const std::string&)> on_line);

struct ServicePlace {
  std::string name;  // `ml_service#2`
  std::uint16_t port =
      0;  // of the first start; 0: a free one. A restarted service keeps the address that others may know
  // Called at each start; absent: the service opens its own socket.
  std::function<Result<int>()> listener = {};
  std::function<void()> on_crash_loop = {};
};
[[nodiscard]] Role service_role(const Settings& settings, const OrchestratorOptions& options, std::string_view service,
                                ServicePlace place);

}  // namespace valion::app
