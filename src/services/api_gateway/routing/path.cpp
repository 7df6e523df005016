#include "services/api_gateway/routing/path.hpp"

#include <algorithm>
#include <array>

namespace valion::gateway {
namespace {

enum class Octet : unsigned char { plain, slash, percent, dot, unreserved, refused };

constexpr std::array<Octet, 256> make_octets() {
  std::array<Octet, 256> octets{};
  octets.fill(Octet::refused);
  for (int c = '0'; c <= '9'; ++c) octets[static_cast<std::size_t>(c)] = Octet::unreserved;
  for (int c = 'a'; c <= 'z'; ++c) octets[static_cast<std::size_t>(c)] = Octet::unreserved;
  for (int c = 'A'; c <= 'Z'; ++c) octets[static_cast<std::size_t>(c)] = Octet::unreserved;
  for (const char c : {'-', '_', '~'}) octets[static_cast<std::size_t>(c)] = Octet::unreserved;
  for (const char c : {'!', '$', '&', '\'', '(', ')', '*', '+', ',', ';', '=', ':', '@', '[', ']'})
    octets[static_cast<std::size_t>(c)] = Octet::plain;
  octets['.'] = Octet::dot;
  octets['/'] = Octet::slash;
  octets['%'] = Octet::percent;
  return octets;
}

constexpr std::array<Octet, 256> kOctets = make_octets();

Octet kind_of(char c) noexcept { return kOctets[static_cast<unsigned char>(c)]; }

int hexadecimal(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// `rest` begins with the `%`.
std::string_view escape_fault(std::string_view rest) noexcept {
  const int high = rest.size() > 2 ? hexadecimal(rest[1]) : -1;
  const int low = rest.size() > 2 ? hexadecimal(rest[2]) : -1;
  if (high < 0 || low < 0) return "it has a broken % escape";
  const int octet = high * 16 + low;
  if (octet == '/' || octet == '\\') return "it has an encoded slash or backslash";
  if (octet < 0x20 || octet == 0x7F) return "it has an encoded control character";
  const Octet kind = kOctets[static_cast<std::size_t>(octet)];
  if (kind == Octet::unreserved || kind == Octet::dot)
    return "it has an escape of a letter, a digit, or one of - . _ ~, which are written plainly";
  return {};
}

}  // namespace

std::string_view path_fault(std::string_view path) noexcept {
  if (path.empty() || path.front() != '/') return "it does not begin with /";
  std::size_t begin = 1;  // of the segment
  bool only_dots = true;  // so far in the segment
  for (std::size_t at = 1; at <= path.size(); ++at) {
    const Octet kind = at == path.size() ? Octet::slash : kind_of(path[at]);
    if (kind == Octet::slash) {
      const std::size_t length = at - begin;
      if (length == 0 && at < path.size()) return "it has an empty segment (//)";
      if (only_dots && (length == 1 || length == 2)) return "it has a . or .. segment";
      begin = at + 1;
      only_dots = true;
      continue;
    }
    if (kind == Octet::unreserved) {
      only_dots = false;
      continue;
    }
    if (kind == Octet::refused) return "it has a character that must be escaped";
    if (kind == Octet::percent) {
      if (const std::string_view fault = escape_fault(path.substr(at)); !fault.empty()) return fault;
    }
    only_dots = only_dots && kind == Octet::dot;
  }
  return {};
}

bool is_route_prefix(std::string_view prefix) noexcept {
  if (prefix == "/") return true;
  if (prefix.empty() || prefix.back() == '/' || !path_fault(prefix).empty()) return false;
  return std::all_of(prefix.begin(), prefix.end(), [](char c) {
    const Octet kind = kind_of(c);
    return kind == Octet::unreserved || kind == Octet::dot || kind == Octet::slash;
  });
}

}  // namespace valion::gateway
