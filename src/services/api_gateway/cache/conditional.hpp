// Conditional requests (RFC 9110 section 13) as a cache evaluates them on a stored answer (RFC 9111 section 4.3.2).
// If-Match and If-Unmodified-Since are for the service alone: requests with them go past the cache.
#pragma once

#include <string_view>

#include "services/api_gateway/cache/moment.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// `"abc"` or `W/"abc"`, nothing around it.
[[nodiscard]] bool is_entity_tag(std::string_view text) noexcept;
// Both well-formed, with equal opaque parts; strong: and neither weak (RFC 9110 section 8.8.3.2).
[[nodiscard]] bool same_tag_weakly(std::string_view a, std::string_view b) noexcept;
[[nodiscard]] bool same_tag_strongly(std::string_view a, std::string_view b) noexcept;
// Whether one field value of If-None-Match names `etag` (weak comparison) or is `*`. What is no entity tag names nothing.
[[nodiscard]] bool names_tag(std::string_view if_none_match, std::string_view etag) noexcept;

// What is compared with: views into the stored answer; empty: it has none.
struct Validators {
  std::string_view etag;
  std::string_view last_modified;
  std::string_view date;
};

// Whether a 304 answers the request. If-None-Match goes before If-Modified-Since; a date that is none is passed over.
[[nodiscard]] bool not_modified(const Fields& request, const Validators& stored, Moment now) noexcept;
// Whether If-Range, when there is one, lets the Range count: a strong match, or exactly that Last-Modified.
[[nodiscard]] bool if_range_holds(const Fields& request, const Validators& stored) noexcept;

}  // namespace valion::gateway::cache
