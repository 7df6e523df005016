// A service's problem document (RFC 9457) as the client must see it.
#pragma once

#include <string>
#include <string_view>

#include "services/api_gateway/routing/route_table.hpp"

namespace valion::gateway {

// `document` with its `instance` in the client's words: the path that was asked for (`public_target`, without query) when it
// is the service's name for it, otherwise as public_location says. Every other member stays, in its order. A text that is not
// a JSON object comes back unchanged.
[[nodiscard]] std::string public_problem(const RelayedRoute& route, std::string_view public_target,
                                         const std::string& document);

}  // namespace valion::gateway
