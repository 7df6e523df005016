// The elements of a comma-separated field value (RFC 9110 section 5.6.1), one after the other, as views.
#pragma once

#include <string_view>

#include "services/api_gateway/message/characters.hpp"

namespace valion::gateway {

inline std::string_view without_blanks(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the first element off `rest`; empty ones are given too. Knows no quoted strings: for lists of tokens.
inline std::string_view take_element(std::string_view& rest) noexcept {
  const std::size_t comma = rest.find(',');
  const std::string_view element = rest.substr(0, comma);
  rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  return without_blanks(element);
}

}  // namespace valion::gateway
