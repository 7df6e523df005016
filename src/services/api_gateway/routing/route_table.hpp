// What the gateway passes on, and to whom. One visible table, in route_table.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace valion::gateway {

struct RelayedRoute {
  std::string_view public_prefix;   // what clients write, e.g. `/api/v1/data`
  std::string_view service;         // who answers
  std::string_view service_prefix;  // what the service calls it, e.g. `/data`
  bool takes_uploads = false;       // bodies up to settings.upload_limit instead of kBodyLimit
};

inline constexpr std::uint64_t kBodyLimit = 16u << 20;  // bytes, of routes that take no uploads

// Canonical routes first, then their aliases.
[[nodiscard]] std::span<const RelayedRoute> route_table() noexcept;

// The target (path and query) for the service. Nothing when `target` does not literally begin with the route's prefix, e.g.
// because part of the prefix was percent-encoded: such a spelling is not ours to guess.
[[nodiscard]] std::optional<std::string> service_target(const RelayedRoute& route, std::string_view target);

// A `Location` of a service as a client must write it: `/jobs/…` > `/api/v1/jobs/…`, `/data/…` of data_processing >
// `/api/v1/data/…`. Anything else stays as it is.
[[nodiscard]] std::string public_location(const RelayedRoute& route, std::string_view location);

}  // namespace valion::gateway
