// Passing one request on to an instance and its answer back, both bodies as bytes on their way, never held whole.
#pragma once

#include "platform/async/async.hpp"

namespace valion::gateway {

class Exchange;

// Requires exchange.route, and a caller where the route wants one. Answers in every case, if only by cutting the connection when the
// answer itself is cut. What is tried again, and when, is what platform/service/calls.hpp says; breaker, budget, ejection
// and their figures are the same ones.
//   no instance, breaker open > 503    refused or lost connection, nonsense > 502    no answer in time > 504
Async<void> relay(Exchange& exchange);

}  // namespace valion::gateway
