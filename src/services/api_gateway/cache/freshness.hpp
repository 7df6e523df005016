// How long an answer is fresh, how old it is, and whether it may answer this request now (RFC 9111 section 4.2, RFC 5861).
#pragma once

#include <optional>

#include "services/api_gateway/cache/cache_control.hpp"
#include "services/api_gateway/cache/entry.hpp"
#include "services/api_gateway/cache/moment.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// When a request left and when the head of its answer came.
struct Exchange {
  Moment asked;
  Moment answered;
};

// s-maxage, max-age, or Expires minus Date; the shorter where a field stands twice; an Expires that is no date is in the past.
// nullopt: the answer says nothing.
[[nodiscard]] std::optional<Seconds> explicit_lifetime(const Fields& answer, const ResponseDirectives& directives,
                                                       Moment answered) noexcept;
// A tenth of the time since Last-Modified, at most a day; nullopt without a usable one.
[[nodiscard]] std::optional<Seconds> heuristic_lifetime(const Fields& answer, Moment answered) noexcept;
// Whether RFC 9110 section 15.1 lets an answer of this status be kept when it says nothing.
[[nodiscard]] bool is_heuristically_cacheable(int status) noexcept;
// Whether the default time of a route is meant for this status: good answers and moves, never errors.
[[nodiscard]] bool takes_default_lifetime(int status) noexcept;

// When the answer was 0 s old: section 4.2.3, with Age (the first member of the first line; passed over when it is no number),
// Date, and the time the exchange took.
[[nodiscard]] Moment age_zero_of(const Fields& answer, const Exchange& exchange) noexcept;

enum class Use {
  fresh,       // as it is
  stale,       // beyond its time, as the client allows by max-stale
  background,  // beyond its time, within stale-while-revalidate: serve, and ask anew behind the client's back
  validate     // ask the service
};
// `by_client` (may be null): set when only the client's own directives stand against use.
[[nodiscard]] Use use_of(const Entry& entry, const RequestDirectives& request, Moment now,
                         bool* by_client = nullptr) noexcept;
// Whether it may stand in for an error of the service: stale-if-error of the answer or of the request; or stale-while-revalidate,
// within which it would have been served anyway.
[[nodiscard]] bool covers_error(const Entry& entry, const RequestDirectives& request, Moment now) noexcept;
// Until when an entry can be of any use: fresh, stale by its own leave, or, with a validator, as the base of a validation.
[[nodiscard]] Moment useful_until(const Entry& entry) noexcept;

}  // namespace valion::gateway::cache
