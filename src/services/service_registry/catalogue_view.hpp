// Instances in the shape of Consul's answers. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "contracts/registry.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {

inline constexpr std::string_view kDatacenter = "valion";

// Tags of one of our processes: its version. Those of a registered service are its own.
[[nodiscard]] std::vector<std::string> tags_of(const Instance& instance);

[[nodiscard]] std::map<std::string, std::vector<std::string>> services_view(const std::vector<Instance>& instances);
[[nodiscard]] std::vector<contracts::CatalogEntry> catalog_view(const std::vector<Instance>& instances);
[[nodiscard]] std::vector<contracts::HealthEntry> health_view(const std::vector<Instance>& instances,
                                                              bool passing_only);

}  // namespace valion::registry
