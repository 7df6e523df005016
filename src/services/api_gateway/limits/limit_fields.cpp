#include "services/api_gateway/limits/limit_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

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

void append(std::string& head, std::string_view text, std::int64_t number) {
  std::array<char, 20> digits;
  head += text;
  head.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

void append(std::string& head, std::string_view text, std::string_view name, std::string_view then,
            std::int64_t number) {
  head += text;
  append_name(head, name);
  append(head, then, number);
}

}  // namespace

std::int64_t retry_after_seconds(const Decision& decision) noexcept { return whole_seconds(decision.retry_after); }

void append_limit_fields(std::string& head, std::string_view name, const Decision& decision, bool older_fields) {
  const std::int64_t window = decision.allowed ? earned_in(decision) : retry_after_seconds(decision);
  append(head, "RateLimit-Policy: ", name, ";q=", decision.limit);
  append(head, ";w=", std::max<std::int64_t>(decision.window.count(), 1));
  append(head, "\r\nRateLimit: ", name, ";r=", decision.remaining);
  append(head, ";t=", window);
  if (!decision.allowed) append(head, "\r\nRetry-After: ", window);
  if (older_fields) {
    append(head, "\r\nX-RateLimit-Limit: ", decision.limit);
    append(head, "\r\nX-RateLimit-Remaining: ", decision.remaining);
    append(head, "\r\nX-RateLimit-Reset: ", std::chrono::ceil<std::chrono::seconds>(decision.reset).count());
  }
  head += "\r\n";
}

std::string refusal(std::string_view name, const Decision& decision) {
  return fmt::format("more than {} requests in {} s on {}; try again in {} s", decision.limit, decision.window.count(),
                     name, retry_after_seconds(decision));
}

}  // namespace valion::gateway::limits
