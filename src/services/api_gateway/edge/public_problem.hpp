// A service's problem document (RFC 9457) as the client must see it.
#pragma once

#include <string>
#include <string_view>

#include "services/api_gateway/routing/table.hpp"

namespace valion::gateway {

// `document` with its `instance` in the client's words: the path that was asked for (`asked`) when it is the service's name for it,
// otherwise as RouteTable::public_location() says. Every other member stays, in its order. A text that is not a JSON object comes
// back unchanged.
[[nodiscard]] std::string public_problem(const RouteTable& table, const Route& route, std::string_view asked,
                                         const std::string& document);

}  // namespace valion::gateway
