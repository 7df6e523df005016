#include "services/api_gateway/limits/live_gateways.hpp"

#include <algorithm>

namespace valion::gateway::limits {

std::size_t live_gateways(const registry::Directory& directory) {
  const std::vector<registry::Instance> known = directory.instances("api_gateway");
  const auto alive = std::count_if(known.begin(), known.end(), [](const registry::Instance& gateway) {
    return gateway.status == registry::Status::up && gateway.verdict != registry::Verdict::critical;
  });
  return std::max<std::size_t>(alive > 0 ? static_cast<std::size_t>(alive) : known.size(), 1);
}

}  // namespace valion::gateway::limits
