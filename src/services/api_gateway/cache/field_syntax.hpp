// Comma-separated field values (RFC 9110 section 5.6), taken apart without allocation and without trust.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace valion::gateway::cache {

[[nodiscard]] constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] bool is_token(std::string_view text) noexcept;  // RFC 9110 section 5.6.2; never empty
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

// The members of a list, one after the other; a comma within quotes separates nothing, empty members are left out.
class Members {
 public:
  explicit Members(std::string_view value) noexcept : rest_(value) {}
  [[nodiscard]] std::optional<std::string_view> next() noexcept;

 private:
  std::string_view rest_;
};

// Digits only, at least one; what is above 2^31 is 2^31 (RFC 9111 section 1.2.2). Anything else: nullopt.
[[nodiscard]] std::optional<std::int64_t> delta_seconds(std::string_view text) noexcept;

}  // namespace valion::gateway::cache
