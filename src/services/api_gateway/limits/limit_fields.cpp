#include "services/api_gateway/limits/limit_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace valion::gateway::limits {

namespace {

std::int64_t whole_seconds(Span span) noexcept {
  return std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(span).count(), 1);
}

// The time in which so many requests are earned, at least one.
std::int64_t earned_in(const Decision& decision) noexcept {
  const double requests = std::max<std::uint32_t>(decision.remaining, 1);
  const double share = decision.limit == 0 ? 1.0 : requests / decision.limit;
  return whole_seconds(std::chrono::duration_cast<Span>(std::chrono::duration<double>(decision.window) * share));
}

// A Structured Fields string holds visible ASCII and blanks; `"` and `\` would need escapes that a name has no use for.
void append_name(std::string& head, std::string_view name) {
  head += '"';
  for (const char c : name) head += c >= 0x20 && c < 0x7F && c != '"' && c != '\\' ? c : '_';
  head += '"';
}

}  // namespace

std::int64_t retry_after_seconds(const Decision& decision) noexcept { return whole_seconds(decision.retry_after); }

void append_limit_fields(std::string& head, std::string_view name, const Decision& decision, bool older_fields) {
  const auto out = std::back_inserter(head);
  const std::int64_t window = decision.allowed ? earned_in(decision) : retry_after_seconds(decision);
  head += "RateLimit-Policy: ";
  append_name(head, name);
  fmt::format_to(out, ";q={};w={}\r\nRateLimit: ", decision.limit, std::max<std::int64_t>(decision.window.count(), 1));
  append_name(head, name);
  fmt::format_to(out, ";r={};t={}\r\n", decision.remaining, window);
  if (!decision.allowed) fmt::format_to(out, "Retry-After: {}\r\n", window);
  if (!older_fields) return;
  const std::int64_t reset = std::chrono::ceil<std::chrono::seconds>(decision.reset).count();
  fmt::format_to(out, "X-RateLimit-Limit: {}\r\nX-RateLimit-Remaining: {}\r\nX-RateLimit-Reset: {}\r\n", decision.limit,
                 decision.remaining, reset);
}

std::string refusal(std::string_view name, const Decision& decision) {
  return fmt::format("more than {} requests in {} s on {}; try again in {} s", decision.limit, decision.window.count(),
                     name, retry_after_seconds(decision));
}

}  // namespace valion::gateway::limits
