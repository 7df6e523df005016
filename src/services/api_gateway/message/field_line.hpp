// One line of a header or trailer section, read strictly.
#pragma once

#include <algorithm>
#include <cstddef>

#include "services/api_gateway/message/characters.hpp"
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

// What is rare stays out of the way of what is common.
namespace field_line {
[[nodiscard]] FieldLine refused(std::string_view why, int status = 400) noexcept;
[[nodiscard]] FieldLine bad_name(const char* line, const char* at) noexcept;
[[nodiscard]] FieldLine bad_value(char c) noexcept;
}  // namespace field_line

// The line at the beginning of [at, end). `more` only while a longer input might still be a good line. Inline, for it
// is the inner loop of every head.
[[nodiscard]] inline FieldLine read_field_line(const char* at, const char* end, std::size_t limit) noexcept {
  const char* const line = at;
  // A line that has not ended by `stop` is too long when `stop` is where the limit ends, and unfinished otherwise.
  const std::size_t available = std::min(static_cast<std::size_t>(end - at), limit + 2);
  const char* const stop = line + available;
  const auto ran_out = [&] {
    return available == limit + 2 ? field_line::refused("a header line is too long", 431) : FieldLine{};
  };

  if (at == stop) return ran_out();
  if (*at == '\r') {
    if (at + 1 == stop) return ran_out();
    if (at[1] != '\n') return field_line::refused("a carriage return stands without its line feed");
    FieldLine empty;
    empty.kind = FieldLine::Kind::empty;
    empty.next = at + 2;
    return empty;
  }
  if (*at == '\n') return field_line::refused("a header line ends with a bare line feed");

  at = end_of_token(at, stop);
  if (at == stop) return ran_out();
  if (*at != ':' || at == line) return field_line::bad_name(line, at);
  FieldLine found;
  found.field.name = {line, static_cast<std::size_t>(at - line)};
  ++at;
  while (at != stop && is_blank(*at)) ++at;
  const char* const value = at;
  at = end_of_value(at, stop);
  if (at == stop) return ran_out();
  if (*at != '\r') return field_line::bad_value(*at);
  if (at + 1 == stop) return ran_out();
  if (at[1] != '\n') return field_line::refused("a carriage return stands without its line feed");
  found.next = at + 2;
  while (at != value && is_blank(at[-1])) --at;
  found.field.value = {value, static_cast<std::size_t>(at - value)};
  found.kind = FieldLine::Kind::field;
  return found;
}

}  // namespace valion::gateway
