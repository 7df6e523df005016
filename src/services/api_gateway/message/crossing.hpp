// What crosses the gateway, and what it writes anew: the heads that it sends to services and to clients.
//
// Both functions append a whole head with its empty line to `out`, with at most one growth of it. All texts given
// must be free of control characters: views of a scanned head and values of our own are. The fates of fields:
// reserved_fields.hpp; besides, whatever `Connection` names is dropped. What we write cannot be removed by a client's
// `Connection`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/security_fields.hpp"

namespace valion::gateway {

// Empty texts: the field is not written.
struct TowardsService {
  std::string_view target;                // as it goes on the wire: head.target or what the route made of it
  std::string_view host;                  // of Host: for whom the service is to take itself
  std::string_view authorization;         // of Authorization, whole: our own token for the service
  std::string_view request_id;            // of X-Request-Id
  std::string_view traceparent;           // of traceparent
  bool trace_state = false;               // the client's tracestate belongs to it
  std::string_view client_address;        // without port; of X-Forwarded-For, X-Real-IP and Forwarded
  std::string_view scheme = "http";       // by which the client came
  std::string_view user;                  // of X-User-Id; who the gateway has found the caller to be
  std::string_view tenant;                // of X-Tenant-Id
  std::string_view roles;                 // of X-User-Roles
  std::optional<std::uint64_t> deadline;  // of X-Request-Deadline: what is left, in milliseconds
  Framing framing;                        // of the body as it is sent; none writes nothing
  bool websocket = false;                 // Connection: Upgrade, Upgrade: websocket
  bool client_credentials = false;  // the client's Authorization and X-Api-Key pass: for routes that ask for nobody
  std::span<const std::string_view> without;  // further names that do not cross
  std::string_view extra;                     // whole lines, each with its CRLF
};

// Writes X-Forwarded-For, -Proto, -Host (head.host), Forwarded (RFC 7239), X-Real-IP and Via too. A received Via
// stays before ours.
void append_request(std::string& out, const RequestHead& head, const TowardsService& values);

struct TowardsClient {
  int minor = 1;    // of the client's request
  Framing framing;  // of the body as it is sent to the client; keep_alive: whether the connection lives on
  std::string_view request_id;
  std::string_view traceparent;
  std::string_view
      server_timing;      // one value, e.g. `gateway;dur=0.2, upstream;dur=3.1`; the service's own stays beside it
  std::string_view date;  // for an answer without Date (RFC 9110 section 6.6.1)
  const SecurityFields* security = nullptr;
  bool websocket = false;  // the 101 that hands the connection over
  bool without_access_control =
      false;  // Access-Control-* of the service do not cross: the gateway answers for the route (cors.hpp)
  std::span<const std::string_view> without;
  std::string_view extra;  // whole lines: RateLimit, Cache-Status, Access-Control-…
};

// Of Kind::none the service's Content-Length stays, as answers to HEAD and 304 have one; but not with 1xx and 204.
// Serves for answers of our own too: a ResponseHead made by hand.
void append_response(std::string& out, const ResponseHead& head, const TowardsClient& values);

}  // namespace valion::gateway
