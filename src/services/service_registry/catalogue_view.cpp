#include "services/service_registry/catalogue_view.hpp"

#include <algorithm>

namespace valion::registry {
namespace {

std::string status_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::passing: return "passing";
    case Verdict::critical: return "critical";
    case Verdict::unknown: return "warning";
  }
  return "warning";
}

std::map<std::string, std::string> meta_of(const Instance& instance) {
  return {{"version", instance.version}, {"started_at", instance.started_at}};
}

}  // namespace

std::map<std::string, std::vector<std::string>> services_view(const std::vector<Instance>& instances) {
  std::map<std::string, std::vector<std::string>> services;
  for (const Instance& instance : instances) {
    auto& tags = services[instance.service];
    if (std::find(tags.begin(), tags.end(), instance.version) == tags.end()) tags.push_back(instance.version);
  }
  return services;
}

std::vector<contracts::CatalogEntry> catalog_view(const std::vector<Instance>& instances) {
  std::vector<contracts::CatalogEntry> entries;
  for (const Instance& instance : instances) {
    entries.push_back({instance.id,
                       instance.host,
                       instance.id,
                       instance.service,
                       instance.host,
                       instance.port,
                       {instance.version},
                       meta_of(instance)});
  }
  return entries;
}

std::vector<contracts::HealthEntry> health_view(const std::vector<Instance>& instances, const Histories& histories,
                                                bool passing_only) {
  std::vector<contracts::HealthEntry> entries;
  for (const Instance& instance : instances) {
    const auto found = histories.find(instance.id);
    const ProbeHistory history = found == histories.end() ? ProbeHistory{} : found->second;
    if (passing_only && history.verdict != Verdict::passing) continue;
    contracts::HealthEntry entry;
    entry.Node = {instance.id, instance.host};
    entry.Service = {instance.id,   instance.service,   instance.host,
                     instance.port, {instance.version}, meta_of(instance)};
    entry.Checks.push_back(
        {"service:" + instance.id, "GET /health/ready", status_text(history.verdict), history.output});
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace valion::registry
