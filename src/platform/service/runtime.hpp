// Runs one service as a process: listens, registers, serves /health, /health/live, /health/ready and /metrics, drains on
// SIGTERM and SIGINT (deregister, finish, close), returns the exit code.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "platform/config/settings.hpp"
#include "platform/service/base_service.hpp"

namespace valion {

// 0 after a clean stop, 1 when it could not start (the reason is logged and printed to standard error).
int run_service(std::unique_ptr<BaseService> service, const Settings& settings);

}  // namespace valion
