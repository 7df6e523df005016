// The heads that the gateway writes: of the request towards a server, and of its answer towards the client.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

class Exchange;

// Replaces `out`. `head`: the client's, or what the cache asks in its place. `left`: how long we still wait, told on to services of
// our own. `traceparent`: of the span of the call, where there is one.
void write_request_head(std::string& out, Exchange& exchange, const RequestHead& head, std::chrono::milliseconds left,
                        std::string_view traceparent = {});

// Replaces exchange.out. `framing`: of the body as it goes to the client. `more_fields`: whole lines.
void write_answer_head(Exchange& exchange, const ResponseHead& answer, const Framing& framing,
                       std::string_view more_fields = {});

// The lines that every answer has, for one whose other lines are written already, and the empty line. What `there` has of the security
// fields is not said again.
void append_own_fields(const Exchange& exchange, std::string& out, const Fields& there);

}  // namespace valion::gateway
