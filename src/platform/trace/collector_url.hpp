// Where an OpenTelemetry collector takes spans.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace valion::trace {

struct CollectorUrl {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string target;  // the given path and `/v1/traces`
};

// `http://HOST:PORT[/PATH]`; nothing when it is something else. No TLS: a collector is a neighbour.
[[nodiscard]] std::optional<CollectorUrl> parse_collector_url(std::string_view url);

}  // namespace valion::trace
