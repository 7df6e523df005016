#include "services/api_gateway/message/structured_characters.hpp"

#include <cstddef>
#include <cstdint>

namespace valion::gateway::structured {

namespace {

bool is_one_of(char c, std::string_view set) noexcept { return set.find(c) != std::string_view::npos; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

}  // namespace

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7F; }
bool begins_key(char c) noexcept { return is_lower(c) || c == '*'; }
bool continues_key(char c) noexcept { return is_lower(c) || is_digit(c) || is_one_of(c, "_-.*"); }
bool continues_token(char c) noexcept { return is_letter(c) || is_digit(c) || is_one_of(c, "!#$%&'*+-.^_`|~:/"); }

int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const std::size_t length = first < 0x80         ? 1
                               : first >> 5 == 0x6  ? 2
                               : first >> 4 == 0xE  ? 3
                               : first >> 3 == 0x1E ? 4
                                                    : 0;
    if (length == 0 || length > text.size() - i) return false;
    std::uint32_t point = length == 1 ? first : first & (0x7Fu >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 0x2) return false;
      point = point << 6 | (next & 0x3Fu);
    }
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x1'0000};
    if (point < kLeast[length] || point > 0x10'FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

}  // namespace valion::gateway::structured
