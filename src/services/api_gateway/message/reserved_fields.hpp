// Which fields of a message do not cross the gateway as they came.
#pragma once

#include <string_view>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway {

enum class Fate {
  crosses,
  dropped,     // of one connection; or rewritten by us; or a claim that only we may make
  credential,  // Authorization, X-Api-Key: the gateway's business unless the route asks for nobody
  trace_state  // crosses together with the traceparent that it belongs to
};

// Of a request's field. Compared without case and with every character that is no letter or digit taken for `-`: what
// makes HTTP_X_USER_ID of X-User-Id behind us makes the same of X_User_Id and X.User.Id.
//
// Dropped besides the hop-by-hop fields (RFC 9110 section 7.6.1) and what append_request() writes itself:
// X-Forwarded-*, Forwarded, addresses (X-Real-IP, X-Client-IP, True-Client-IP, X-Cluster-Client-IP), identities
// (X-User-*, X-Tenant-*, X-Remote-User, Remote-User), what would change method or path after they were judged
// (X-HTTP-Method-Override and kin, X-Original-URL, X-Rewrite-URL), `Proxy` (httpoxy), HTTP2-Settings.
[[nodiscard]] Fate request_fate(std::string_view name) noexcept;

// Of an answer's field: those of one connection, framing, and the ids that we echo ourselves are dropped.
[[nodiscard]] bool answer_field_crosses(std::string_view name) noexcept;

// Whether a Connection field names anything but close, keep-alive and upgrade: then is_named_by_connection() has to
// be asked.
[[nodiscard]] bool connection_names_fields(const Fields& fields) noexcept;
[[nodiscard]] bool is_named_by_connection(const Fields& fields, std::string_view name) noexcept;

}  // namespace valion::gateway
