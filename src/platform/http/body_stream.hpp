// Bodies on a socket, for both sides: reading through Beast's incremental parser, writing from text, files and readers.
#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/http/deadlines.hpp"
#include "platform/http/message.hpp"

namespace valion::http {

using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;

// How a body goes out; decided before the head is written.
struct OutgoingBody {
  std::optional<std::uint64_t> length;  // absent: chunks, or until the connection ends
  bool empty = false;                   // neither length nor chunks (GET without a body)
  bool to_the_end = false;              // no framing at all: the end of the connection ends the body (HTTP/1.0)
};
[[nodiscard]] Result<OutgoingBody> plan_body(const ResponseBody& body, std::optional<std::uint64_t> declared_length);

struct BodyWriter {
  Socket& socket;
  Deadlines::Watch& watch;
  std::chrono::milliseconds piece_timeout;
  std::function<bool()>
      stop_early;  // asked before each piece of a stream; true ends the writing (the peer has answered)
};

// Writes `head` and then the body. Errors: unavailable (the peer left), timeout, or the error of the body's own reader;
// a stream shorter or longer than its declared length is bad_gateway. False: stop_early ended it.
Async<Result<bool>> write_message(BodyWriter writer, std::string head, const ResponseBody& body, OutgoingBody plan);

}  // namespace valion::http
