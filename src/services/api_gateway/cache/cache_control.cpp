#include "services/api_gateway/cache/cache_control.hpp"

#include <algorithm>

#include "services/api_gateway/cache/field_syntax.hpp"

namespace valion::gateway::cache {
namespace {

struct Directive {
  std::string_view name;
  std::optional<std::string_view> value;  // within quotes: what stands between them, escapes as they are
};

Directive directive_of(std::string_view member) noexcept {
  const std::size_t equals = member.find('=');
  if (equals == std::string_view::npos) return {member, std::nullopt};
  std::string_view value = member.substr(equals + 1);
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  return {member.substr(0, equals), value};
}

// What cannot be read counts as 0. With a blank before the `=` the name is cut clean here, and the value spoilt.
Seconds seconds_of(const Directive& directive) noexcept {
  if (!is_token(directive.name)) return Seconds{0};
  return Seconds{delta_seconds(directive.value.value_or("")).value_or(0)};
}

void shorten(std::optional<Seconds>& into, const Directive& directive) noexcept {
  const Seconds given = seconds_of(directive);
  into = into ? std::min(*into, given) : given;
}

// no-cache="A, B" and private="A": true when the directive stands alone, and so is meant for the whole answer.
bool whole(const Directive& directive, std::vector<std::string>& withheld) {
  if (!directive.value) return true;
  std::vector<std::string> names;
  Members members(*directive.value);
  while (const auto name = members.next()) {
    if (!is_token(*name)) return true;
    std::string& kept = names.emplace_back(*name);
    std::transform(kept.begin(), kept.end(), kept.begin(), lower);
  }
  if (names.empty()) return true;
  withheld.insert(withheld.end(), names.begin(), names.end());
  return false;
}

}  // namespace

void add_request_directives(std::string_view value, RequestDirectives& into) {
  Members members(value);
  while (const auto member = members.next()) {
    const Directive directive = directive_of(*member);
    const std::string_view name = trimmed(directive.name);
    if (same_name(name, "no-cache")) into.no_cache = true;
    if (same_name(name, "no-store")) into.no_store = true;
    if (same_name(name, "only-if-cached")) into.only_if_cached = true;
    if (same_name(name, "max-age")) shorten(into.max_age, directive);
    if (same_name(name, "min-fresh")) {
      into.min_fresh = std::max(into.min_fresh.value_or(Seconds{0}), seconds_of(directive));
    }
    if (same_name(name, "stale-if-error")) shorten(into.stale_if_error, directive);
    if (same_name(name, "max-stale")) {
      if (directive.value) {
        shorten(into.max_stale, directive);
      } else if (!into.max_stale) {
        into.max_stale = Seconds::max();
      }
    }
  }
}

void add_response_directives(std::string_view value, ResponseDirectives& into) {
  Members members(value);
  while (const auto member = members.next()) {
    const Directive directive = directive_of(*member);
    const std::string_view name = trimmed(directive.name);
    if (same_name(name, "no-store")) into.no_store = true;
    if (same_name(name, "no-cache")) into.no_cache = whole(directive, into.withheld) || into.no_cache;
    if (same_name(name, "private")) into.is_private = whole(directive, into.withheld) || into.is_private;
    if (same_name(name, "public")) into.is_public = true;
    if (same_name(name, "must-revalidate")) into.must_revalidate = true;
    if (same_name(name, "proxy-revalidate")) into.proxy_revalidate = true;
    if (same_name(name, "must-understand")) into.must_understand = true;
    if (same_name(name, "no-transform")) into.no_transform = true;
    if (same_name(name, "immutable")) into.immutable = true;
    if (same_name(name, "max-age")) shorten(into.max_age, directive);
    if (same_name(name, "s-maxage")) shorten(into.s_maxage, directive);
    if (same_name(name, "stale-while-revalidate")) shorten(into.stale_while_revalidate, directive);
    if (same_name(name, "stale-if-error")) shorten(into.stale_if_error, directive);
  }
}

RequestDirectives request_directives(const Fields& request) {
  RequestDirectives directives;
  bool said = false;
  bool pragma = false;
  for (const Field& field : request) {
    if (same_name(field.name, "cache-control")) {
      said = true;
      add_request_directives(field.value, directives);
    } else if (same_name(field.name, "pragma")) {
      Members members(field.value);
      while (const auto member = members.next()) pragma = pragma || same_name(*member, "no-cache");
    }
  }
  if (pragma && !said) directives.no_cache = true;
  return directives;
}

ResponseDirectives response_directives(const Fields& answer) {
  const std::string_view name = find(answer, "cdn-cache-control") ? "cdn-cache-control" : "cache-control";
  ResponseDirectives directives;
  for (const Field& field : answer) {
    if (same_name(field.name, name)) add_response_directives(field.value, directives);
  }
  return directives;
}

bool says_anything(const Fields& answer) noexcept {
  return find(answer, "cache-control").has_value() || find(answer, "cdn-cache-control").has_value();
}

}  // namespace valion::gateway::cache
