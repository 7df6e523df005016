// Problems whose status is not the one of their kind: what a server says of the exchange itself.
#pragma once

#include <string_view>

#include "platform/http/message.hpp"

namespace valion::http {

// Like problem_response, with another status and title: a client that is too slow hears 408 although `timeout` is 504.
[[nodiscard]] Response problem_response_as(int status, std::string_view title, const Error& error,
                                           const Request& request);

}  // namespace valion::http
