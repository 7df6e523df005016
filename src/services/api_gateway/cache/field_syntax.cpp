#include "services/api_gateway/cache/field_syntax.hpp"

#include <algorithm>

namespace valion::gateway::cache {
namespace {

bool is_token_character(char c) noexcept {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || kMarks.find(c) != std::string_view::npos;
}

// Where the member that begins `text` ends: at a comma outside quotes, or at the end.
std::size_t member_end(std::string_view text) noexcept {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (text[i] == ',' && !quoted) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

std::optional<std::string_view> Members::next() noexcept {
  while (!rest_.empty()) {
    const std::size_t end = member_end(rest_);
    const std::string_view member = trimmed(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (!member.empty()) return member;
  }
  return std::nullopt;
}

std::optional<std::int64_t> delta_seconds(std::string_view text) noexcept {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  if (text.empty()) return std::nullopt;
  std::int64_t seconds = 0;
  for (const char c : text) {
    if (!is_digit(c)) return std::nullopt;
    seconds = std::min(kMost, seconds * 10 + (c - '0'));
  }
  return seconds;
}

}  // namespace valion::gateway::cache
