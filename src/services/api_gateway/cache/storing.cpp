#include "services/api_gateway/cache/storing.hpp"

#include <algorithm>
#include <array>

#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/cache/http_date.hpp"
#include "services/api_gateway/cache/response_cache.hpp"

namespace valion::gateway::cache {
namespace {

constexpr std::size_t kMostTags = 64, kLongestTag = 256;

// For one connection (RFC 9110 section 7.6.1), for one exchange, or the cache's own to write.
constexpr std::array<std::string_view, 22> kNeverKept{"connection",
                                                      "keep-alive",
                                                      "proxy-connection",
                                                      "te",
                                                      "trailer",
                                                      "transfer-encoding",
                                                      "upgrade",
                                                      "proxy-authenticate",
                                                      "proxy-authorization",
                                                      "proxy-authentication-info",
                                                      "age",
                                                      "content-length",
                                                      "set-cookie",
                                                      "set-cookie2",
                                                      "x-request-id",
                                                      "traceparent",
                                                      "tracestate",
                                                      "server-timing",
                                                      "ratelimit",
                                                      "ratelimit-policy",
                                                      "cache-tag",
                                                      "surrogate-key"};

// Of the stored body, so no 304 changes them.
constexpr std::array<std::string_view, 3> kOfTheBody{"content-encoding", "content-type", "content-range"};

template <std::size_t size>
bool one_of(const std::array<std::string_view, size>& names, std::string_view name) noexcept {
  return std::any_of(names.begin(), names.end(), [&](std::string_view other) { return same_name(name, other); });
}

bool named_by_connection(const Fields& answer, std::string_view name) noexcept {
  for (const Field& field : answer) {
    if (!same_name(field.name, "connection")) continue;
    Members members(field.value);
    while (const auto member = members.next()) {
      if (same_name(*member, name)) return true;
    }
  }
  return false;
}

bool is_withheld(const ResponseDirectives& directives, std::string_view name) noexcept {
  return std::any_of(directives.withheld.begin(), directives.withheld.end(),
                     [&](const std::string& other) { return same_name(name, other); });
}

// Section 3.5. A caller that the gateway knows: the route decides, and the partition keeps tenants apart. Credentials that it
// only passes on: the answer has to allow it expressly.
bool authorisation_allows(const Answered& it, const ResponseDirectives& directives) noexcept {
  if (it.partition.is_tenant()) return it.route_keeps_authorised;
  if (!find(it.request.fields, "authorization")) return true;
  return directives.is_public || directives.must_revalidate || directives.s_maxage.has_value();
}

std::string_view objection(const Answered& it, const ResponseDirectives& directives) {
  const int status = it.answer.status;
  const Fields& fields = it.answer.fields;
  if (it.request.method != "GET") return "not a GET";
  if (status < 200 || status > 599 || status == 206 || status == 304) return "status";
  if (directives.must_understand && !is_heuristically_cacheable(status)) return "status not understood";
  if (directives.no_store && !directives.must_understand) return "no-store";
  if (it.request_directives.no_store) return "no-store of the request";
  if (directives.is_private) return "private";
  if (!authorisation_allows(it, directives)) return "authorised";
  if (!vary_names(fields)) return "vary";
  if (find(fields, "set-cookie") && !is_withheld(directives, "set-cookie")) return "set-cookie";
  if (it.framing.kind == Framing::Kind::until_close) return "unknown end";
  const auto type = find(fields, "content-type");
  if (type && same_name(type->substr(0, 17), "text/event-stream")) return "event stream";
  return {};
}

std::optional<Seconds> lifetime_of(const Answered& it, const ResponseDirectives& directives) {
  const int status = it.answer.status;
  if (const auto said = explicit_lifetime(it.answer.fields, directives, it.exchange.answered)) return said;
  if (it.default_lifetime > Seconds{0} && takes_default_lifetime(status)) return it.default_lifetime;
  if (!is_heuristically_cacheable(status) && !directives.is_public) return std::nullopt;
  if (const auto guessed = heuristic_lifetime(it.answer.fields, it.exchange.answered)) return guessed;
  return Seconds{0};
}

// Something that can neither be served nor validated is not worth its room.
bool is_of_use(const Answered& it, const ResponseDirectives& directives, Seconds lifetime) {
  const auto etag = find(it.answer.fields, "etag");
  if (etag || find(it.answer.fields, "last-modified")) return true;
  if (directives.no_cache) return false;
  const auto age = it.exchange.answered - age_zero_of(it.answer.fields, it.exchange);
  return age < lifetime || directives.stale_while_revalidate || directives.stale_if_error;
}

}  // namespace

bool is_cache_internal(std::string_view name) noexcept {
  return same_name(name, "cache-tag") || same_name(name, "surrogate-key");
}

Keeping keeping_of(const Answered& answered, const ResponseDirectives& directives) {
  if (const std::string_view why = objection(answered, directives); !why.empty()) return {std::nullopt, why};
  const auto lifetime = lifetime_of(answered, directives);
  if (!lifetime) return {std::nullopt, "says nothing"};
  if (!is_of_use(answered, directives, *lifetime)) return {std::nullopt, "stale"};
  return {lifetime, {}};
}

FieldTexts kept_fields(const Fields& answer, const ResponseDirectives& directives, Moment answered) {
  FieldTexts kept;
  bool dated = false;
  for (const Field& field : answer) {
    if (one_of(kNeverKept, field.name) || is_withheld(directives, field.name) ||
        named_by_connection(answer, field.name)) {
      continue;
    }
    if (same_name(field.name, "date")) {
      if (dated || !parse_http_date(field.value, answered)) continue;
      dated = true;
    }
    kept.emplace_back(field.name, field.value);
  }
  if (!dated) kept.emplace_back("Date", format_http_date(std::chrono::floor<std::chrono::seconds>(answered)));
  return kept;
}

FieldTexts updated_fields(const Fields& stored, const FieldTexts& fresh) {
  const auto replaces = [&](std::string_view name) {
    return !one_of(kOfTheBody, name) &&
           std::any_of(fresh.begin(), fresh.end(), [&](const auto& field) { return same_name(field.first, name); });
  };
  FieldTexts updated;
  for (const Field& field : stored) {
    if (!replaces(field.name) && !same_name(field.name, "content-length"))
      updated.emplace_back(field.name, field.value);
  }
  for (const auto& field : fresh) {
    if (!one_of(kOfTheBody, field.first)) updated.push_back(field);
  }
  return updated;
}

std::vector<std::string> tags_of(const Fields& answer) {
  std::vector<std::string> tags;
  for (const Field& field : answer) {
    if (!is_cache_internal(field.name)) continue;
    std::string_view rest = field.value;
    while (!rest.empty() && tags.size() < kMostTags) {
      const std::size_t end = std::min(rest.find_first_of(", \t"), rest.size());
      if (end > 0 && end <= kLongestTag) tags.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::sort(tags.begin(), tags.end());
  tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
  return tags;
}

}  // namespace valion::gateway::cache
