// Which header fields cross the gateway.
#pragma once

#include "platform/http/message.hpp"

namespace valion::gateway {

// A client's fields without: those of one connection only (RFC 9110 section 7.6.1, and whatever `Connection` names); those that
// the gateway writes anew (Host, Content-Length, Authorization, trace and request ids, the deadline); and those by which a client could
// claim to be somebody or somewhere else (X-User-*, X-Tenant-*, X-Forwarded-*, Forwarded, X-Real-IP).
[[nodiscard]] http::Headers towards_service(const http::Headers& from_client);

// A service's fields without those of one connection only. Content-Length stays: it describes the body we pass on.
[[nodiscard]] http::Headers towards_client(const http::Headers& from_service);

}  // namespace valion::gateway
