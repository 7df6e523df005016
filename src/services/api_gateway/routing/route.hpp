// One line of the route table: which requests it takes, who answers them, and under which rules. A value; read-only once loaded.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace valion::gateway {

// At most `requests` in any `window`, for each subject (API key, user or address) on each route.
struct RateLimit {
  std::uint32_t requests = 0;
  std::chrono::seconds window{60};
  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

// A fixed server, for the gateway alone in front of something that is not in the registry. Plain HTTP.
struct FixedUpstream {
  std::string host;  // a name or an address; an IPv6 address without its brackets
  std::uint16_t port = 80;
  friend bool operator==(const FixedUpstream&, const FixedUpstream&) = default;
};

// The service name of what the gateway answers itself: sign-in, jobs, documents, health.
inline constexpr std::string_view kGatewayItself = "api_gateway";

struct Route {
  std::string name;    // of metrics, limits, logs and the admin pages, e.g. `ml-train`; shared only with its aliases
  std::string prefix;  // of the path, as whole segments, literally; `/` takes all
  bool exact = false;  // takes the prefix itself only, nothing below it
  std::vector<std::string> methods;           // empty: all; GET takes HEAD with it
  std::string service;                        // who answers, of the registry; or else:
  std::vector<FixedUpstream> upstreams;       // these, in turn
  std::string replacement;                    // what the prefix becomes before it is passed on; empty: it is cut off
  std::chrono::milliseconds timeout{60'000};  // to the head of the answer
  bool authenticated = true;                  // false: anybody may come, no token is looked at
  std::vector<std::string> roles;             // one of them is wanted; empty: any caller
  std::optional<RateLimit> limit;             // of each user, or address where nobody is known; nothing: not counted
  std::optional<RateLimit> key_limit;         // of each API key, unless the key has one of its own
  std::optional<RateLimit> service_limit;     // of each caller with the role `service`
  std::chrono::seconds cache_ttl{0};          // for answers that say nothing themselves; 0: as if nothing were said
  bool caches = false;                        // RFC 9111 applies at all
  bool caches_authorised = false;             // also answers to requests with a caller, kept apart by tenant
  std::uint64_t body_limit = 16u << 20;       // bytes

  [[nodiscard]] bool is_local() const noexcept { return service == kGatewayItself; }
  friend bool operator==(const Route&, const Route&) = default;
};

}  // namespace valion::gateway
