#include "services/api_gateway/cache/conditional.hpp"

#include <algorithm>

#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/cache/http_date.hpp"

namespace valion::gateway::cache {
namespace {

bool is_weak(std::string_view tag) noexcept { return tag.substr(0, 2) == "W/"; }

std::string_view opaque(std::string_view tag) noexcept { return is_weak(tag) ? tag.substr(2) : tag; }

}  // namespace

bool is_entity_tag(std::string_view text) noexcept {
  const std::string_view quoted = opaque(text);
  if (quoted.size() < 2 || quoted.front() != '"' || quoted.back() != '"') return false;
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  return std::all_of(inner.begin(), inner.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x22 && byte != 0x7F;
  });
}

bool same_tag_weakly(std::string_view a, std::string_view b) noexcept {
  return is_entity_tag(a) && is_entity_tag(b) && opaque(a) == opaque(b);
}

bool same_tag_strongly(std::string_view a, std::string_view b) noexcept {
  return is_entity_tag(a) && a == b && !is_weak(a);
}

bool names_tag(std::string_view if_none_match, std::string_view etag) noexcept {
  if (trimmed(if_none_match) == "*") return true;
  std::string_view rest = if_none_match;
  while (!rest.empty()) {  // not Members: a backslash escapes nothing in an entity tag
    if (rest.front() == ' ' || rest.front() == '\t' || rest.front() == ',') {
      rest.remove_prefix(1);
      continue;
    }
    const std::size_t open = is_weak(rest) ? 2 : 0;
    const bool quoted = open < rest.size() && rest[open] == '"';
    const std::size_t close = quoted ? rest.find('"', open + 1) : std::string_view::npos;
    if (close != std::string_view::npos) {
      if (same_tag_weakly(rest.substr(0, close + 1), etag)) return true;
      rest.remove_prefix(close + 1);
    } else {
      rest.remove_prefix(std::min(rest.find(','), rest.size()));
    }
  }
  return false;
}

bool not_modified(const Fields& request, const Validators& stored, Moment now) noexcept {
  bool has_tags = false;
  for (const Field& field : request) {
    if (!same_name(field.name, "if-none-match")) continue;
    has_tags = true;
    if (names_tag(field.value, stored.etag)) return true;
  }
  if (has_tags) return false;
  const auto since_text = find(request, "if-modified-since");
  if (!since_text) return false;
  const auto since = parse_http_date(*since_text, now);
  const auto changed = parse_http_date(stored.last_modified.empty() ? stored.date : stored.last_modified, now);
  return since && changed && *changed <= *since;
}

bool if_range_holds(const Fields& request, const Validators& stored) noexcept {
  const auto condition = find(request, "if-range");
  if (!condition) return true;
  if (is_entity_tag(*condition)) return same_tag_strongly(*condition, stored.etag);
  return !stored.last_modified.empty() && *condition == stored.last_modified;
}

}  // namespace valion::gateway::cache
