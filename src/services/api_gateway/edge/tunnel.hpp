// What a connection becomes after 101 (Switching Protocols): bytes both ways, unread.
#pragma once

#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/upstream_pool.hpp"

namespace valion::gateway {

// Requires server.head to be the 101. Until both sides have said all, or nothing has passed for settings.tunnel_timeout.
Async<void> tunnel(Exchange& exchange, UpstreamConnection& server);

}  // namespace valion::gateway
