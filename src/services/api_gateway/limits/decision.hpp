// What a rate limit says of one request. A value.
#pragma once

#include <chrono>
#include <cstdint>

namespace valion::gateway::limits {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;
using Span = std::chrono::nanoseconds;

struct Decision {
  bool allowed = true;
  std::uint32_t limit = 0;         // requests in a window
  std::uint32_t remaining = 0;     // of them; what this gateway knows, other gateways' last leases may be missing
  std::chrono::seconds window{0};  // of the limit
  Span reset{0};                   // until the whole limit is free again, if nothing more comes
  Span retry_after{0};             // refused: until the next request may pass; otherwise 0
};

}  // namespace valion::gateway::limits
