// The four forms of a request target (RFC 9112 section 3.2), and what may stand in Host.
#pragma once

#include <string_view>

#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

// Fills path, query and, of an absolute target, host from head.target and head.method; host becomes empty otherwise.
// Requires that the target has visible ASCII only and no `#`. 400 for what is no form of a target and for paths that
// hops read differently (see scanner.hpp); 501 for CONNECT and TRACE: nothing is tunnelled, and what services are
// sent is not reflected.
[[nodiscard]] Refusal read_target(RequestHead& head) noexcept;

// The path and query of a target that read_target() took, as one text: what a server, unlike a proxy, is asked for.
// `*` stays.
[[nodiscard]] std::string_view origin_form(const RequestHead& head) noexcept;

// `name`, `a.b.c.d` or `[IPv6]`, then nothing or `:port`. Never user information, escapes or an empty name.
[[nodiscard]] bool is_host(std::string_view text) noexcept;

}  // namespace valion::gateway
