// What the gateway answers itself: handed over to the router and handlers of platform/http, in the process.
#pragma once

#include "platform/async/async.hpp"

namespace valion::gateway {

class Exchange;

// The whole answer: found, handled and recorded by edge.router and edge.around, written here. Bodies stream both ways.
Async<void> answer_here(Exchange& exchange);

}  // namespace valion::gateway
