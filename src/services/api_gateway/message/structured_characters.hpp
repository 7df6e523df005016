// Which characters the types of Structured Fields allow (RFC 9651 section 3). Internal to this library.
#pragma once

#include <string_view>

namespace valion::gateway::structured {

[[nodiscard]] bool is_digit(char c) noexcept;
[[nodiscard]] bool is_letter(char c) noexcept;     // ASCII
[[nodiscard]] bool is_printable(char c) noexcept;  // ASCII, the blank too
[[nodiscard]] bool begins_key(char c) noexcept;
[[nodiscard]] bool continues_key(char c) noexcept;
[[nodiscard]] bool continues_token(char c) noexcept;
[[nodiscard]] int hex_value(char c) noexcept;                // lower case only; -1: none
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;  // shortest forms, no surrogates, up to U+10FFFF

}  // namespace valion::gateway::structured
