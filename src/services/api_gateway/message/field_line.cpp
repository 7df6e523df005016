#include "services/api_gateway/message/field_line.hpp"

#include "services/api_gateway/message/characters.hpp"

namespace valion::gateway::field_line {

FieldLine refused(std::string_view why, int status) noexcept {
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

}  // namespace valion::gateway::field_line
