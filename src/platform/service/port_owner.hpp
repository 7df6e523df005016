// Who listens on a TCP port of this machine, as far as /proc lets us see it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

namespace valion {

struct PortOwner {
  pid_t process = 0;         // 0: it belongs to another user and only root may see which process it is
  std::string command_line;  // as it was started, at most 200 characters
  std::string user;          // name, or number when it has none
};

// Nothing when nobody listens on `port` (any address, IPv4 or IPv6). Reads /proc: milliseconds; for messages, not for loops.
[[nodiscard]] std::optional<PortOwner> port_owner(std::uint16_t port);

// `process 4711 (user ana): python3 -m http.server 8000`, for messages; empty when nobody is found.
[[nodiscard]] std::string port_owner_text(std::uint16_t port);

}  // namespace valion
