#include "platform/http/target.hpp"

#include <algorithm>

namespace valion::http {
namespace {

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Length of the UTF-8 sequence at the beginning of `text` (RFC 3629, table 3-7 of Unicode); 0 when it is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned lead = byte(0);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool no_character = (lead == 0xED && byte(1) > 0x9F) || (lead == 0xF4 && byte(1) > 0x8F);
  return overlong || no_character ? 0 : length;
}

// UTF-8 without NUL: what databases and files behind us can hold.
bool is_text(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0 || text.front() == '\0') return false;
    text.remove_prefix(length);
  }
  return true;
}

tl::unexpected<Error> bad_path(const std::string& why) {
  return fail(ErrorKind::malformed, "the path of the request is refused: " + why);
}

// `http://host/path` > `/path`
std::string_view without_authority(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!target.starts_with(scheme)) continue;
    const auto slash = target.find('/', scheme.size());
    return slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  return target;
}

Result<std::string> decode_path(std::string_view raw) {
  if (raw.find("%2f") != std::string_view::npos || raw.find("%2F") != std::string_view::npos) {
    return bad_path("it has an encoded slash");
  }
  VALION_TRY_ASSIGN(std::string path, percent_decode(raw, false));
  if (!is_text(path)) return bad_path("it is not UTF-8");
  const auto forbidden = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '\\'; };
  if (std::any_of(path.begin(), path.end(), forbidden)) return bad_path("it has a control character or a backslash");
  for (std::size_t start = 1; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string_view segment = std::string_view(path).substr(start, end - start);
    if (segment == "." || segment == "..") return bad_path("it has a `.` or `..` segment");
    start = end + 1;
  }
  return path;
}

Result<std::map<std::string, std::string>> decode_query(std::string_view raw) {
  std::map<std::string, std::string> query;
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(pair.size() + 1, raw.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    VALION_TRY_ASSIGN(std::string name, percent_decode(pair.substr(0, equals), true));
    VALION_TRY_ASSIGN(std::string value,
                      percent_decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), true));
    if (!is_text(name) || !is_text(value)) {
      return fail(ErrorKind::malformed, "the query of the request is not UTF-8 or has a NUL");
    }
    query.insert_or_assign(std::move(name), std::move(value));
  }
  return query;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      const int high = i + 2 < text.size() ? hexadecimal(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexadecimal(text[i + 2]) : -1;
      if (high < 0 || low < 0)
        return fail(ErrorKind::malformed, "the target of the request has a broken % escape in its path or query");
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

Result<Target> parse_target(std::string_view target) {
  target = without_authority(target);
  if (target.empty() || target.front() != '/') return bad_path("it does not start with `/`");
  const auto question = target.find('?');
  Target parsed;
  VALION_TRY_ASSIGN(parsed.path, decode_path(target.substr(0, question)));
  if (question != std::string_view::npos) {
    VALION_TRY_ASSIGN(parsed.query, decode_query(target.substr(question + 1)));
  }
  return parsed;
}

std::string encode_query_value(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  constexpr std::string_view kMarks = "-._~";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || kMarks.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return encoded;
}

}  // namespace valion::http
