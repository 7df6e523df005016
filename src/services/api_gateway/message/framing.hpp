// How the body of a message is delimited, and whether its connection lives on (RFC 9112 sections 6 and 9.3), read
// strictly: what two parsers could read differently is refused.
//
// One Content-Length of at most 18 digits and nothing else (no list, no sign, no second field, be they equal); one
// Transfer-Encoding that is `chunked` and nothing else, never with Content-Length, never in HTTP/1.0. Pure; one pass
// over the fields; no allocation.
#pragma once

#include <string_view>

#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

struct RequestFraming {
  Framing framing;
  bool expects_continue = false;  // 100 (Continue) is waited for before the body comes
  bool wants_websocket =
      false;        // a GET of HTTP/1.1 without body that asks for `Upgrade: websocket`; other upgrades are not taken
  Refusal refusal;  // 400; 501: a transfer coding that is not chunked; 417: another expectation
};

[[nodiscard]] RequestFraming framing_of(const RequestHead& head) noexcept;

struct ResponseFraming {
  Framing framing;
  Refusal refusal;  // 502
};

// `method` of the request that is answered. none for HEAD, 1xx, 204 and 304, whatever the fields say (they are
// checked all the same). After 101 the connection is not HTTP any more: none, and keep_alive is false.
[[nodiscard]] ResponseFraming framing_of(const ResponseHead& head, std::string_view method) noexcept;

}  // namespace valion::gateway
