// Turns a stored answer into the answer to one request: whole, not modified, in parts, or none that can be satisfied.
#pragma once

#include <chrono>
#include <string_view>

#include "services/api_gateway/cache/entry.hpp"
#include "services/api_gateway/cache/hit.hpp"
#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// How an answer came about, for Cache-Status (RFC 9211).
struct Origin {
  std::string_view forwarded;  // `fwd=…` and what goes with it; empty: a hit
  std::string_view detail;     // a token; may be empty
};

// Preconditions first (RFC 9110 section 13.2.2), then ranges, which count for GET and a stored 200 only.
[[nodiscard]] Hit serve(EntryPointer entry, const RequestHead& request, Moment now, const Origin& origin = {});

}  // namespace valion::gateway::cache
