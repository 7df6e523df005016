#include "platform/log/secrets.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "platform/log/masking.hpp"

namespace valion::log {
namespace {

constexpr std::string_view kMask = "[secret]";
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kShortestRandomWord = 32;
constexpr std::size_t kAwsKeyId = 20;

// Names are compared in small letters without `_` and `-`.
constexpr std::array<std::string_view, 16> kWithin{"password",      "passwd",       "passphrase", "senha",
                                                   "secret",        "apikey",       "accesskey",  "privatekey",
                                                   "authorization", "credential",   "cookie",     "accesstoken",
                                                   "idtoken",       "refreshtoken", "signature",  "connectionstring"};
constexpr std::array<std::string_view, 5> kWhole{"pwd", "pass", "token", "jwt", "pgpass"};
// Beside a secret's name these say that the value is about it, not it: `password_length`, `token_expires_at`.
constexpr std::array<std::string_view, 9> kAbout{"length", "count", "lifetime", "expires", "expired",
                                                 "policy", "file",  "size",     "scheme"};

char small(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_name(char c) { return is_alphanumeric(c) || c == '_' || c == '-'; }

bool equals_ignoring_case(std::string_view text, std::string_view small_word) {
  return text.size() == small_word.size() &&
         std::equal(text.begin(), text.end(), small_word.begin(), [](char a, char b) { return small(a) == b; });
}

// Values end at a blank, a quote or what separates members and parameters.
bool ends_value(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '&' || c == ';' || c == ',' ||
         c == '}' || c == ')' || c == ']' || c == '<' || c == '>';
}

std::size_t end_of_value(std::string_view text, std::size_t from) {
  while (from < text.size() && !ends_value(text[from])) ++from;
  return from;
}

std::size_t skip_blanks(std::string_view text, std::size_t from) {
  while (from < text.size() && text[from] == ' ') ++from;
  return from;
}

// A quoted value ends at its own quote, blanks and all; `\"` does not end it.
std::size_t end_of_quoted(std::string_view text, std::size_t from, char quote) {
  while (from < text.size() && text[from] != quote) from += text[from] == '\\' ? 2 : 1;
  return std::min(from, text.size());
}

// `Bearer x` and `Basic x` are one value.
std::size_t skip_scheme(std::string_view text, std::size_t from) {
  for (const std::string_view scheme : {"bearer", "basic", "apikey", "token"}) {
    const std::string_view word = text.substr(from, scheme.size());
    const std::size_t after = from + scheme.size();
    if (equals_ignoring_case(word, scheme) && after < text.size() && text[after] == ' ')
      return skip_blanks(text, after);
  }
  return from;
}

Found value_after(std::string_view text, std::size_t at) {
  std::size_t begin = skip_blanks(text, at + 1);
  if (begin >= text.size()) return {};
  const std::size_t backslashes = text[begin] == '\\' ? 1 : 0;  // JSON inside a string: \"password\":\"x\"
  if (begin + backslashes < text.size() && (text[begin + backslashes] == '"' || text[begin + backslashes] == '\'')) {
    const char quote = text[begin + backslashes];
    begin += backslashes + 1;
    const std::size_t end = backslashes > 0 ? end_of_value(text, begin) : end_of_quoted(text, begin, quote);
    return {begin, end, kMask};
  }
  return {begin, end_of_value(text, skip_scheme(text, begin)), kMask};
}

// The name that ends right before `at`, blanks and a closing quote aside.
std::string_view name_before(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end > 0 && text[end - 1] == ' ') --end;
  while (end > 0 && (text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == '\\')) --end;
  std::size_t begin = end;
  while (begin > 0 && is_name(text[begin - 1]) && end - begin < kLongestName) --begin;
  return text.substr(begin, end - begin);
}

// `://user:password@`: at the colon of `://`.
Found find_userinfo(std::string_view text, std::size_t at) {
  if (text.substr(at, 3) != "://") return {};
  const std::size_t begin = at + 3;
  std::size_t end = begin;
  std::size_t last_at = 0;
  for (; end < text.size(); ++end) {
    const char c = text[end];
    if (c == '@') last_at = end;
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '?' || c == '#' || c == '"' || c == '<') break;
  }
  return {begin, last_at, kMask};
}

bool is_random(std::string_view word) {
  if (word.size() < kShortestRandomWord) return false;
  const auto has = [&](auto kind) { return std::any_of(word.begin(), word.end(), kind); };
  return has([](char c) { return c >= 'a' && c <= 'z'; }) && has([](char c) { return c >= 'A' && c <= 'Z'; }) &&
         has(is_digit);
}

bool is_aws_key_id(std::string_view word) {
  return word.size() == kAwsKeyId && (word.starts_with("AKIA") || word.starts_with("ASIA")) &&
         std::all_of(word.begin(), word.end(), [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z'); });
}

// header.payload.signature, the header being JSON in base64url: `eyJ…`.
Found find_json_web_token(std::string_view text, std::size_t begin, std::size_t end) {
  if (text.substr(begin, 3) != "eyJ" || end >= text.size() || text[end] != '.') return {};
  std::size_t last = end;
  while (last < text.size() && (is_name(text[last]) || text[last] == '.')) ++last;
  return {begin, last, kMask};
}

}  // namespace

bool names_a_secret(std::string_view name) {
  if (name.size() < 3 || name.size() > kLongestName) return false;
  std::array<char, kLongestName> plain{};
  std::size_t length = 0;
  for (const char c : name) {
    if (is_alphanumeric(c)) plain[length++] = small(c);
  }
  const std::string_view word(plain.data(), length);
  const auto within = [&](std::string_view part) { return word.find(part) != std::string_view::npos; };
  if (std::any_of(kAbout.begin(), kAbout.end(), within)) return false;
  return std::find(kWhole.begin(), kWhole.end(), word) != kWhole.end() || word.ends_with("token") ||
         std::any_of(kWithin.begin(), kWithin.end(), within);
}

Found find_assigned_secret(std::string_view text, std::size_t at) {
  if (text[at] == ':') {
    if (const Found userinfo = find_userinfo(text, at)) return userinfo;
  }
  return names_a_secret(name_before(text, at)) ? value_after(text, at) : Found{};
}

Found find_secret_word(std::string_view text, std::size_t begin, std::size_t end) {
  const std::string_view word = text.substr(begin, end - begin);
  if (word.size() == 5 || word.size() == 6) {
    if (equals_ignoring_case(word, "bearer") || equals_ignoring_case(word, "basic")) {
      const std::size_t value = skip_blanks(text, end);
      const std::size_t value_end = end_of_value(text, value);
      // «the basic idea», «Bearer token»: prose has no 16 characters in one piece.
      return value > end && value_end - value >= 16 ? Found{value, value_end, kMask} : Found{};
    }
  }
  if (const Found token = find_json_web_token(text, begin, end)) return token;
  return is_random(word) || is_aws_key_id(word) ? Found{begin, end, kMask} : Found{};
}

}  // namespace valion::log
