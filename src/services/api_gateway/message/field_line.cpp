#include "services/api_gateway/message/field_line.hpp"

#include <algorithm>

#include "services/api_gateway/message/characters.hpp"

namespace valion::gateway {
namespace {

FieldLine refused(std::string_view why, int status = 400) noexcept {
  FieldLine line;
  line.kind = FieldLine::Kind::refused;
  line.refusal = {status, why};
  return line;
}

FieldLine bad_name(const char* line, const char* at) noexcept {
  if (at == line && is_blank(*at)) return refused("a header field is folded over two lines");
  if (at == line && *at == ':') return refused("a header field has no name");
  if (is_blank(*at)) return refused("a header field has a blank before its colon");
  if (*at == '\r' || *at == '\n') return refused("a header line has no colon");
  return refused("the name of a header field has a character that names cannot have");
}

FieldLine bad_value(char c) noexcept {
  return refused(c == '\n' ? "a header line ends with a bare line feed"
                           : "the value of a header field has a control character");
}

}  // namespace

FieldLine read_field_line(const char* at, const char* end, std::size_t limit) noexcept {
  const char* const line = at;
  // A line that has not ended by `stop` is too long when `stop` is where the limit ends, and unfinished otherwise.
  const std::size_t available = std::min(static_cast<std::size_t>(end - at), limit + 2);
  const char* const stop = line + available;
  const auto ran_out = [&] { return available == limit + 2 ? refused("a header line is too long", 431) : FieldLine{}; };

  if (at == stop) return ran_out();
  if (*at == '\r') {
    if (at + 1 == stop) return ran_out();
    if (at[1] != '\n') return refused("a carriage return stands without its line feed");
    FieldLine empty;
    empty.kind = FieldLine::Kind::empty;
    empty.next = at + 2;
    return empty;
  }
  if (*at == '\n') return refused("a header line ends with a bare line feed");

  at = end_of_token(at, stop);
  if (at == stop) return ran_out();
  if (*at != ':' || at == line) return bad_name(line, at);
  FieldLine found;
  found.field.name = {line, static_cast<std::size_t>(at - line)};
  ++at;
  while (at != stop && is_blank(*at)) ++at;
  const char* const value = at;
  at = end_of_value(at, stop);
  if (at == stop) return ran_out();
  if (*at != '\r') return bad_value(*at);
  if (at + 1 == stop) return ran_out();
  if (at[1] != '\n') return refused("a carriage return stands without its line feed");
  found.next = at + 2;
  while (at != value && is_blank(at[-1])) --at;
  found.field.value = {value, static_cast<std::size_t>(at - value)};
  found.kind = FieldLine::Kind::field;
  return found;
}

}  // namespace valion::gateway
