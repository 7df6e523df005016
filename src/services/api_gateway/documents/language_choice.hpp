// Which of our languages a reader prefers (RFC 9110 section 12.5.4).
#pragma once

#include <string_view>

#include "contracts/openapi/schema.hpp"

namespace valion::gateway {

// The first wins among equals; `pt`, `pt-BR` and `pt-PT` all mean our Portuguese. English when nothing fits or nothing is asked.
[[nodiscard]] openapi::Language choose_language(std::string_view accept_language) noexcept;
[[nodiscard]] constexpr std::string_view tag_of(openapi::Language language) noexcept {
  return language == openapi::Language::en ? "en" : "pt-BR";
}

}  // namespace valion::gateway
