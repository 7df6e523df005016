// Who makes a change and whence, as the audit log keeps it beside the change.
#pragma once

#include <string>

#include "platform/audit/audit_log.hpp"
#include "platform/http/message.hpp"

namespace valion::gateway {

struct Actor {
  std::string tenant;
  std::string user;  // `key:NAME` for a key, `system` for ourselves
  std::string address;
  std::string request_id;
};

// Of the caller when the request has one; else nobody, from the request's address.
[[nodiscard]] Actor actor_of(const http::Request& request);
[[nodiscard]] Actor ourselves();

// `tenant`: whose log this belongs to, so that its auditors see it: the concerned object's.
[[nodiscard]] audit::Entry entry_of(const Actor& actor, std::string tenant, std::string action, std::string object,
                                    std::string detail = {});

}  // namespace valion::gateway
