// Problem documents (RFC 9457) of the gateway's own.
#pragma once

#include <string>
#include <string_view>

namespace valion::gateway {

class Exchange;
struct Failure;

// Writes the head of the answer into exchange.out, sets status and bytes, and gives the document.
[[nodiscard]] std::string problem_answer(Exchange& exchange, Failure failure);

// What a status means that no kind of error has of its own: 408, 414, 417, 431, 501, 505.
[[nodiscard]] std::string_view title_of_status(int status) noexcept;

}  // namespace valion::gateway
