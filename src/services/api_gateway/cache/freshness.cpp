#include "services/api_gateway/cache/freshness.hpp"

#include <algorithm>

#include "services/api_gateway/cache/field_syntax.hpp"
#include "services/api_gateway/cache/http_date.hpp"

namespace valion::gateway::cache {
namespace {

using namespace std::chrono;
using Milliseconds = std::chrono::milliseconds;

constexpr Seconds kMost{std::int64_t{1} << 31};
constexpr Seconds kDay{86'400};
constexpr Seconds kValidatorKept{3'600};  // a stale answer that can be validated is worth keeping for so long

// nullopt: no Date, or none that can be read.
std::optional<sys_seconds> date_of(const Fields& answer, Moment now) noexcept {
  const auto text = find(answer, "date");
  return text ? parse_http_date(*text, now) : std::nullopt;
}

std::optional<Seconds> expires_in(const Fields& answer, Moment answered) noexcept {
  const sys_seconds date = date_of(answer, answered).value_or(floor<seconds>(answered));
  std::optional<Seconds> lifetime;
  for (const Field& field : answer) {
    if (!same_name(field.name, "expires")) continue;
    const auto expires = parse_http_date(field.value, answered);
    const Seconds left = expires ? std::clamp(Seconds{*expires - date}, Seconds{0}, kMost) : Seconds{0};
    lifetime = lifetime ? std::min(*lifetime, left) : left;
  }
  return lifetime;
}

}  // namespace

std::optional<Seconds> explicit_lifetime(const Fields& answer, const ResponseDirectives& directives,
                                         Moment answered) noexcept {
  if (directives.s_maxage) return directives.s_maxage;
  if (directives.max_age) return directives.max_age;
  return expires_in(answer, answered);
}

std::optional<Seconds> heuristic_lifetime(const Fields& answer, Moment answered) noexcept {
  const auto text = find(answer, "last-modified");
  const auto modified = text ? parse_http_date(*text, answered) : std::nullopt;
  const sys_seconds date = date_of(answer, answered).value_or(floor<seconds>(answered));
  if (!modified || *modified >= date) return std::nullopt;
  return std::min(Seconds{date - *modified} / 10, kDay);
}

bool is_heuristically_cacheable(int status) noexcept {
  switch (status) {
    case 200:
    case 203:
    case 204:
    case 300:
    case 301:
    case 308:
    case 404:
    case 405:
    case 410:
    case 414:
    case 501: return true;
    default: return false;
  }
}

bool takes_default_lifetime(int status) noexcept {
  return status == 200 || status == 203 || status == 300 || status == 301 || status == 308;
}

Moment age_zero_of(const Fields& answer, const Exchange& exchange) noexcept {
  const auto date = date_of(answer, exchange.answered);
  const Milliseconds apparent =
      date ? Milliseconds{std::max(floor<seconds>(exchange.answered) - *date, seconds{0})} : Milliseconds{0};
  Milliseconds corrected = std::max(exchange.answered - exchange.asked, Milliseconds{0});
  if (const auto age = find(answer, "age")) {
    const auto given = delta_seconds(trimmed(age->substr(0, age->find(','))));
    if (given) corrected += Seconds{*given};
  }
  return exchange.answered - std::max(apparent, corrected);
}

Use use_of(const Entry& entry, const RequestDirectives& request, Moment now, bool* by_client) noexcept {
  if (by_client != nullptr) *by_client = false;
  if (entry.directives().no_cache) return Use::validate;
  const Milliseconds age = entry.age(now);
  const Milliseconds left = Milliseconds{entry.parts().lifetime} - age;
  const bool refused = request.no_cache || (request.max_age && age > *request.max_age) ||
                       (request.min_fresh && left < *request.min_fresh);
  if (refused) {
    if (by_client != nullptr) *by_client = left > Milliseconds{0};
    return Use::validate;
  }
  if (left > Milliseconds{0}) return Use::fresh;
  if (entry.never_stale()) return Use::validate;
  const auto allowed = entry.directives().stale_while_revalidate;
  if (allowed && -left < *allowed) return Use::background;
  // Seconds::max() in milliseconds would overflow.
  if (request.max_stale && floor<seconds>(-left) <= *request.max_stale) return Use::stale;
  return Use::validate;
}

bool covers_error(const Entry& entry, const RequestDirectives& request, Moment now) noexcept {
  if (entry.never_stale() || request.no_cache) return false;
  const Milliseconds beyond = entry.age(now) - entry.parts().lifetime;
  const Seconds allowed = std::max({entry.directives().stale_if_error.value_or(Seconds{0}),
                                    entry.directives().stale_while_revalidate.value_or(Seconds{0}),
                                    request.stale_if_error.value_or(Seconds{0})});
  return beyond < allowed;
}

Moment useful_until(const Entry& entry) noexcept {
  Seconds more = entry.has_validator() ? kValidatorKept : Seconds{0};
  if (!entry.never_stale()) {
    more = std::max({more, entry.directives().stale_while_revalidate.value_or(Seconds{0}),
                     entry.directives().stale_if_error.value_or(Seconds{0})});
  }
  return entry.fresh_until() + more;
}

}  // namespace valion::gateway::cache
