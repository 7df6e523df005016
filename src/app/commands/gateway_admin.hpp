// What `valion gateway …` does: speaks to the gateway's admin port on this machine.
#pragma once

#include <optional>
#include <string>

#include "platform/config/settings.hpp"

namespace valion::app {

struct GatewayQuestion {
  std::string what;  // routes, instances, breakers, cache, limits, config, purge, reload, drain
  // Of a purge, exactly one:
  std::optional<std::string> tag;
  std::optional<std::string> prefix;
  bool all = false;
  std::optional<std::uint16_t> port;  // instead of gateway.admin_port
};

// Signed with the home's internal key. Prints the answer, JSON; 0 when it is a success, 1 otherwise.
[[nodiscard]] int ask_gateway(const Settings& settings, const GatewayQuestion& question);

// The route table in force by the settings, as a file to start from; 2 when it is wrong, with every mistake.
[[nodiscard]] int show_routes(const Settings& settings);
// 0 and silent when it is good.
[[nodiscard]] int check_routes(const Settings& settings);

}  // namespace valion::app
