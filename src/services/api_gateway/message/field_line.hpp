// One line of a header or trailer section, read strictly.
#pragma once

#include <cstddef>

#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/message/refusal.hpp"

namespace valion::gateway {

struct FieldLine {
  enum class Kind { field, empty, more, refused };  // empty: the line that ends the section
  Kind kind = Kind::more;
  const char* next = nullptr;  // of field and empty: behind CRLF
  Field field;
  Refusal refusal;  // 400, or 431 for a line of more than `limit` bytes without CRLF
};

// The line at the beginning of [at, end). `more` only while a longer input might still be a good line.
[[nodiscard]] FieldLine read_field_line(const char* at, const char* end, std::size_t limit) noexcept;

}  // namespace valion::gateway
