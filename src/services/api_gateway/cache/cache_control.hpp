// Cache-Control of requests and answers (RFC 9111 section 5.2, RFC 5861, RFC 8246), read as what comes off the wire deserves:
// a directive that cannot be understood makes an answer live shorter, never longer.
//
// Names have no case; a value may be a token or a quoted string; unknown directives are passed over. Of a directive given
// twice the shorter time counts. A time that is no whole number of seconds counts as 0; one above 2^31 as 2^31.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/api_gateway/cache/moment.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

struct RequestDirectives {
  bool no_cache = false;
  bool no_store = false;
  bool only_if_cached = false;
  std::optional<Seconds> max_age;
  std::optional<Seconds> min_fresh;
  std::optional<Seconds> max_stale;  // without a value: any age, Seconds::max()
  std::optional<Seconds> stale_if_error;
};

struct ResponseDirectives {
  bool no_store = false;
  bool no_cache = false;
  bool is_private = false;
  bool is_public = false;
  bool must_revalidate = false;
  bool proxy_revalidate = false;
  bool must_understand = false;
  bool no_transform = false;
  bool immutable = false;
  std::optional<Seconds> max_age;
  std::optional<Seconds> s_maxage;
  std::optional<Seconds> stale_while_revalidate;
  std::optional<Seconds> stale_if_error;
  std::vector<std::string>
      withheld;  // fields named by no-cache="…" and private="…", lower case: not kept with the answer
};

// All Cache-Control lines together. `Pragma: no-cache` counts when a request has no Cache-Control at all.
[[nodiscard]] RequestDirectives request_directives(const Fields& request);
// Of the field that is meant for a cache such as this one: CDN-Cache-Control (RFC 9213) where there is one.
[[nodiscard]] ResponseDirectives response_directives(const Fields& answer);
// Whether an answer has either field at all.
[[nodiscard]] bool says_anything(const Fields& answer) noexcept;
// Of one field value, for what holds only that.
void add_request_directives(std::string_view value, RequestDirectives& into);
void add_response_directives(std::string_view value, ResponseDirectives& into);

}  // namespace valion::gateway::cache
