// A stretch of text that must not be logged, and what stands there instead.
#pragma once

#include <cstddef>
#include <string_view>

namespace valion::log {

struct Found {
  std::size_t begin = 0;
  std::size_t end = 0;  // nothing was found: equal to begin
  std::string_view mask;
  explicit operator bool() const noexcept { return end > begin; }
};

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alphanumeric(char c) noexcept { return is_digit(c) || is_letter(c); }

}  // namespace valion::log
