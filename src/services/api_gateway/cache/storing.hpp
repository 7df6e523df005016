// Whether an answer may be kept, and what of it (RFC 9111 sections 3, 3.1, 3.2, 3.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/api_gateway/cache/cache_control.hpp"
#include "services/api_gateway/cache/freshness.hpp"
#include "services/api_gateway/cache/key.hpp"
#include "services/api_gateway/message/head.hpp"
#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway::cache {

struct Answered {
  const RequestHead& request;
  const RequestDirectives& request_directives;
  Partition partition;
  bool route_keeps_authorised = false;
  Seconds default_lifetime{0};  // of the route
  const ResponseHead& answer;
  const Framing& framing;
  Exchange exchange;
};

struct Keeping {
  std::optional<Seconds> lifetime;  // none: not to be kept
  std::string_view why_not;         // in a few words; empty: it is kept
};

// Judges the answer to a GET. Never kept: an answer with Set-Cookie (unless the answer itself excepts that field), of an
// unknown end (until the connection closes), a part (206), one that is private, or to a caller where the route does not say so.
[[nodiscard]] Keeping keeping_of(const Answered& answered, const ResponseDirectives& directives);

using FieldTexts = std::vector<std::pair<std::string, std::string>>;
// What is kept of an answer's fields: not what is for one connection or one exchange, nor what the answer withholds, nor what
// the cache writes itself (Age, Content-Length). A Date is added where there is none that can be read.
[[nodiscard]] FieldTexts kept_fields(const Fields& answer, const ResponseDirectives& directives, Moment answered);
// The stored fields with those of a 304 (or of a HEAD's 200) in place of theirs; what describes the stored body stays.
[[nodiscard]] FieldTexts updated_fields(const Fields& stored, const FieldTexts& fresh);

// The tags of Cache-Tag and Surrogate-Key, by commas and blanks; at most 64 of at most 256 bytes.
[[nodiscard]] std::vector<std::string> tags_of(const Fields& answer);

}  // namespace valion::gateway::cache
