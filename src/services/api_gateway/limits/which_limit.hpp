// Whose requests are counted, and by which of a route's limits.
#pragma once

#include <string>
#include <string_view>

#include "services/api_gateway/identity/caller.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway::limits {

struct WhichLimit {
  std::string_view subject;          // of the caller, or the address; lives as long as they do
  const RateLimit* limit = nullptr;  // null: not counted. Lives as long as the route and the caller
};

// `caller` null: nobody is known, `address` (of_address(), kept by the connection) is counted. An API key's own limit
// stands instead of the route's. No allocation.
[[nodiscard]] WhichLimit which_limit(const Route& route, const Caller* caller, std::string_view address) noexcept;

// An address as it is counted: IPv4 as it is, also when written as IPv6; of IPv6 the first 64 bits
// (`2001:db8:1:2::/64`), since one household has them all. What is no address stays as it is. Once a connection.
[[nodiscard]] std::string of_address(std::string_view address);

}  // namespace valion::gateway::limits
