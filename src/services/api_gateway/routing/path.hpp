// Which paths are looked up at all. The gateway neither decodes nor normalises: what could mean one thing to the route table and
// another to the server behind it is refused, so that no rule of a route can be walked around.
#pragma once

#include <string_view>

namespace valion::gateway {

// Why a path (as sent, without query) is refused, as words for a 400; empty when it is fine. Refused are:
//   - what does not begin with `/`, control characters, bytes over 0x7E, blanks, `\`, `"`, `<`, `>`, `^`, `` ` ``, `{`, `|`, `}`, `#`, `?`
//   - an empty segment (`//`), except the one after a final `/`
//   - the segments `.` and `..`, however they are spelled
//   - broken escapes, and those of a slash, a backslash, a control character, or of a letter, digit, `-`, `.`, `_` or `~`, which
//     mean the character itself (RFC 3986 section 2.3): `/%61dmin` would miss the route `/admin` and reach it behind us.
// Other escapes (`%20`, `%C3%A9`) cross as they are. One pass, no allocation.
[[nodiscard]] std::string_view path_fault(std::string_view path) noexcept;

// A prefix of a route: whole segments of unreserved characters, `/` or without a final `/`. Then its escapes are all refused.
[[nodiscard]] bool is_route_prefix(std::string_view prefix) noexcept;

}  // namespace valion::gateway
