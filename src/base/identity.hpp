// Who asks, and what a thing is called.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace valion {

// The authenticated caller of a request. A service never acts without one, except on the health and metrics routes.
struct Principal {
  std::string tenant;
  std::string user;
  std::vector<std::string> roles;

  [[nodiscard]] bool has_role(std::string_view role) const {
    return std::find(roles.begin(), roles.end(), role) != roles.end();
  }
};

}  // namespace valion
