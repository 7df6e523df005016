// Targets of requests and references in answers (RFC 3986) as the cache's keys name them: path and query.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::cache {

// Path and query as sent, of both forms of a request target. nullopt: `*`, or a form without a path.
[[nodiscard]] std::optional<std::string_view> cache_target(const RequestHead& request) noexcept;

// What Location or Content-Location names, seen from `base`, when it is of the same host; without a fragment. nullopt: elsewhere.
[[nodiscard]] std::optional<std::string> same_host_target(std::string_view reference, std::string_view host,
                                                          std::string_view base);

}  // namespace valion::gateway::cache
