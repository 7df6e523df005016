// What an answer says of the limit: RateLimit-Policy and RateLimit as in draft-ietf-httpapi-ratelimit-headers-11
// (Structured Fields, RFC 9651), Retry-After when refused, and by setting the three X-RateLimit-* fields that older
// clients read.
//
//   RateLimit-Policy: "ml-predict";q=600;w=60
//   RateLimit: "ml-predict";r=588;t=59
//
// `t` is chosen so that r/t is never above the policy's own pace q/w (section 8.5 of the draft), and so that
// Retry-After is not before its end: allowed: the time in which r requests are earned; refused: until the next may
// pass. X-RateLimit-Reset: seconds until the whole limit is free again. All whole seconds, rounded up, at least 1.
#pragma once

#include <string>
#include <string_view>

#include "services/api_gateway/limits/decision.hpp"

namespace valion::gateway::limits {

// Appends whole field lines, each with CRLF. `name` may hold any bytes; what a Structured Fields string cannot hold is
// `_`.
void append_limit_fields(std::string& head, std::string_view name, const Decision& decision, bool older_fields);

// Retry-After in whole seconds, rounded up, at least 1.
[[nodiscard]] std::int64_t retry_after_seconds(const Decision& decision) noexcept;

// The sentence of the problem (429), e.g. «more than 600 requests in 60 s on ml-predict; try again in 3 s».
[[nodiscard]] std::string refusal(std::string_view name, const Decision& decision);

}  // namespace valion::gateway::limits
