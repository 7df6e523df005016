#include "services/api_gateway/message/request_target.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "services/api_gateway/message/characters.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t npos = std::string_view::npos;

constexpr Refusal bad(std::string_view why) noexcept { return {400, why}; }

bool is_port(std::string_view text) noexcept {
  if (text.empty() || text.size() > 5) return false;
  unsigned port = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    port = port * 10 + static_cast<unsigned>(c - '0');
  }
  return port > 0 && port <= 65535;
}

bool is_ipv6(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> address{};
  if (text.empty() || text.size() >= address.size()) return false;
  std::memcpy(address.data(), text.data(), text.size());
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.data(), &parsed) == 1;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) - 'a' + 10;
}

// How many characters of `text` spell one dot at its beginning: 1, 3 (`%2e`) or 0.
std::size_t dot_length(std::string_view text) noexcept {
  if (text.starts_with('.')) return 1;
  return text.starts_with("%2e") || text.starts_with("%2E") ? 3 : 0;
}

bool is_dot_segment(std::string_view segment) noexcept {
  const std::size_t first = dot_length(segment);
  if (first == 0) return false;
  segment.remove_prefix(first);
  return segment.empty() || (dot_length(segment) == segment.size());
}

Refusal check_escapes(std::string_view text, bool in_path) noexcept {
  for (std::size_t i = text.find('%'); i != npos; i = text.find('%', i + 3)) {
    if (i + 2 >= text.size() || !characters::is(text[i + 1], characters::kHex) ||
        !characters::is(text[i + 2], characters::kHex)) {
      return bad("the request target has a broken % escape");
    }
    const int byte = hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]);
    if (in_path && (byte < 0x20 || byte == 0x7F))
      return bad("the path of the request has an escaped control character");
  }
  return {};
}

Refusal check_path(std::string_view path) noexcept {
  if (!characters::all(path, characters::kPath))
    return bad("the path of the request has a character that must be escaped");
  bool dots = false;
  const bool escapes = path.find('%') != npos;
  if (escapes) {
    if (const Refusal refusal = check_escapes(path, true)) return refusal;
  }
  if (!escapes && path.find('.') == npos) return {};
  for (std::size_t start = 1; start <= path.size() && !dots;) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    dots = is_dot_segment(path.substr(start, end - start));
    start = end + 1;
  }
  return dots ? bad("the path of the request has a `.` or `..` segment") : Refusal{};
}

// `/path?query` into its two parts.
Refusal split(std::string_view text, RequestHead& head) noexcept {
  const std::size_t question = text.find('?');
  head.path = text.substr(0, question);
  head.query = question == npos ? std::string_view{} : text.substr(question + 1);
  if (const Refusal refusal = check_path(head.path)) return refusal;
  return check_escapes(head.query, false);
}

std::size_t scheme_length(std::string_view target) noexcept {
  for (const std::string_view scheme : {std::string_view("http://"), std::string_view("https://")}) {
    if (target.size() >= scheme.size() && same_name(target.substr(0, scheme.size()), scheme)) return scheme.size();
  }
  return 0;
}

Refusal read_absolute(RequestHead& head) noexcept {
  const std::size_t scheme = scheme_length(head.target);
  if (scheme == 0) return bad("the request target is neither a path nor an http address");
  const std::size_t end = std::min(head.target.find_first_of("/?", scheme), head.target.size());
  head.host = head.target.substr(scheme, end - scheme);
  if (!is_host(head.host)) return bad("the request target has no valid host");
  const std::string_view rest = head.target.substr(end);
  if (rest.starts_with('/')) return split(rest, head);
  if (!rest.empty())
    return bad("the request target has a query without a path");  // what is behind `?` could pass for one
  head.path = head.method == "OPTIONS" ? "*" : "/";               // RFC 9112 section 3.2.4
  return {};
}

}  // namespace

bool is_host(std::string_view text) noexcept {
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == npos || !is_ipv6(text.substr(1, close - 1))) return false;
    text.remove_prefix(close + 1);
    return text.empty() || (text.front() == ':' && is_port(text.substr(1)));
  }
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty() || name.size() > 255 || !characters::all(name, characters::kHost)) return false;
  if (name.front() == '.' || name.find("..") != npos) return false;
  return colon == npos || is_port(text.substr(colon + 1));
}

Refusal read_target(RequestHead& head) noexcept {
  head.host = {};
  head.query = {};
  if (head.method == "CONNECT") return {501, "the gateway does not tunnel"};
  if (head.method == "TRACE") return {501, "the gateway does not answer TRACE"};
  if (head.target.front() == '/') return split(head.target, head);
  if (head.target == "*") {
    head.path = head.target;
    return head.method == "OPTIONS" ? Refusal{} : bad("only OPTIONS may ask for `*`");
  }
  return read_absolute(head);
}

std::string_view origin_form(const RequestHead& head) noexcept {
  if (head.target.front() == '/') return head.target;
  const std::size_t scheme = scheme_length(head.target);
  const std::size_t slash = head.target.find('/', scheme);
  return scheme == 0 || slash == npos ? head.path : head.target.substr(slash);
}

}  // namespace valion::gateway
