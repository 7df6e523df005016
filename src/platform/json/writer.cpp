#include "platform/json/writer.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "platform/json/utf8.hpp"

namespace valion::json {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

void write_control(std::string& out, char c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\t': out += "\\t"; return;
    case '\r': out += "\\r"; return;
    default: break;
  }
  char escaped[8];
  std::snprintf(escaped, sizeof escaped, "\\u%04x", static_cast<unsigned>(static_cast<unsigned char>(c)));
  out += escaped;
}

// How much of `text` needs neither an escape nor a look at its UTF-8.
std::size_t plain_length(std::string_view text) {
  std::size_t length = 0;
  for (; length < text.size(); ++length) {
    const auto c = static_cast<unsigned char>(text[length]);
    if (c < 0x20 || c >= 0x80 || c == '"' || c == '\\') break;
  }
  return length;
}

}  // namespace

void write_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t plain = plain_length(text);
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const char c = text.front();
    std::size_t length = sequence_length(text);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      write_control(out, c);
    } else if (length == 0) {
      out += kReplacement;
      length = 1;
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

void write_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  constexpr double kExact = 9007199254740992.0;
  if (std::trunc(value) == value && std::abs(value) < kExact && !(value == 0 && std::signbit(value))) {
    write_integer(out, static_cast<std::int64_t>(value));
    return;
  }
  char buffer[32];
  // Beyond 2^53 plain digits would read as an integer that no 64 bits hold.
  const auto written = std::abs(value) < kExact
                           ? std::to_chars(buffer, buffer + sizeof buffer, value)
                           : std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  out.append(buffer, written.ptr);
}

void write_integer(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value);
  out.append(buffer, written.ptr);
}

}  // namespace valion::json
