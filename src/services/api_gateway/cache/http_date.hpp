// HTTP-date (RFC 9110 section 5.6.7) in its three forms: `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`,
// `Sun Nov  6 08:49:37 1994`. Exactly these: what nearly is a date is none, so that an odd `Expires` means expired.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/cache/moment.hpp"

namespace valion::gateway::cache {

// `now`: a year of two digits that would lie more than 50 years ahead of it is in the past. The day of the week must be the
// name of one, it need not be the right one.
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text, Moment now) noexcept;
// In the first form.
[[nodiscard]] std::string format_http_date(std::chrono::sys_seconds moment);

}  // namespace valion::gateway::cache
