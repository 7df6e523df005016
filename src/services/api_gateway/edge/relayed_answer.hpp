// A server's answer on its way to the client.
#pragma once

#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/upstream_pool.hpp"

namespace valion::gateway {

// Requires from.head to be the head of a final answer. Every piece is passed on as soon as it has come. An answer that breaks off
// cuts the client's connection, so that it is seen. True: the server's connection can carry another exchange.
Async<bool> relay_answer(Exchange& exchange, UpstreamConnection& from);

}  // namespace valion::gateway
