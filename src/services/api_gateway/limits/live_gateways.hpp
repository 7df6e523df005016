// How many gateways share the limits, as the registry last said.
#pragma once

#include <cstddef>

#include "platform/registry/registry.hpp"

namespace valion::gateway::limits {

// Those that are up and not critical; all of them when none is; at least 1 (this one). O(gateways): not for every
// request.
[[nodiscard]] std::size_t live_gateways(const registry::Directory& directory);

}  // namespace valion::gateway::limits
