// The amounts of a route table as text and back: `30s`, `16MiB`, `50/min`, `http://host:9000`.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway {

// A whole number and its unit: ms, s, min (or m), h, d. Nothing when it is neither, or over 365 days.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
// Bytes: a whole number, alone or with B, KiB, MiB, GiB, TiB, kB, MB, GB, TB. Nothing otherwise, or over 2^53.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
// `50/min`, `10/s`, `1000/h`, `5/d`, or with a window of its own, `100/30s`. At least one request, at most 10^9, in whole seconds.
[[nodiscard]] std::optional<RateLimit> parse_rate(std::string_view text) noexcept;
// `http://host:port`, without a path; the port is 80 if absent. invalid, with what is wanted instead.
[[nodiscard]] Result<FixedUpstream> parse_upstream(std::string_view text);

// Read back by the parsers above to the same amount; the largest unit that holds it whole.
[[nodiscard]] std::string duration_text(std::chrono::milliseconds duration);
[[nodiscard]] std::string size_text(std::uint64_t bytes);
[[nodiscard]] std::string rate_text(const RateLimit& limit);
[[nodiscard]] std::string upstream_text(const FixedUpstream& upstream);

}  // namespace valion::gateway
