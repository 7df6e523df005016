// Instances in the shape of Consul's answers. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "contracts/registry.hpp"
#include "services/service_registry/probe_history.hpp"

namespace valion::registry {

using Histories = std::map<std::string, ProbeHistory>;  // by instance id

[[nodiscard]] std::map<std::string, std::vector<std::string>> services_view(const std::vector<Instance>& instances);
[[nodiscard]] std::vector<contracts::CatalogEntry> catalog_view(const std::vector<Instance>& instances);
[[nodiscard]] std::vector<contracts::HealthEntry> health_view(const std::vector<Instance>& instances,
                                                              const Histories& histories, bool passing_only);

}  // namespace valion::registry
