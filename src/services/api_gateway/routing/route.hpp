// One line of the route table: which requests it takes, who answers them, and under which rules. A value; read-only once loaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace valion::gateway {

// At most `requests` in any `window`, for each subject (API key, user or address) on each route.
struct RateLimit {
  std::uint32_t requests = 0;
  std::chrono::seconds window{60};
};

// A fixed server, for the gateway alone in front of something that is not in the registry. Plain HTTP.
struct FixedUpstream {
  std::string host;  // a name or an address
  std::uint16_t port = 0;
};

struct Route {
  std::string name;                      // of metrics, limits, logs and the admin pages, e.g. `ml-predict`; unique
  std::string prefix;                    // of the path, as whole segments, literally; `/` takes all
  std::vector<std::string> methods;      // empty: all
  std::string service;                   // who answers, of the registry; or else:
  std::vector<FixedUpstream> upstreams;  // these, in turn
  std::string replacement;               // what the prefix becomes before it is passed on; the prefix itself: unchanged
  std::chrono::milliseconds timeout{0};  // to the head of the answer
  bool authenticated = true;             // false: anybody may come, no token is looked at
  std::vector<std::string> roles;        // one of them is wanted; empty: any caller
  std::optional<RateLimit> limit;        // per user
  std::chrono::seconds cache_ttl{0};     // for answers that say nothing themselves; 0 and `!caches`: no caching
  bool caches = false;                   // RFC 9111 applies at all
  bool caches_authorised = false;        // also answers to requests with a caller, kept apart by tenant
  std::uint64_t body_limit = 16u << 20;  // bytes
};

}  // namespace valion::gateway
