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

std::string output_of(const Instance& instance) {
  if (!instance.kept) return instance.verdict_reason;
  return "its lease is over; kept because too many ended at once" +
         (instance.verdict_reason.empty() ? "" : ". " + instance.verdict_reason);
}

std::map<std::string, std::string> meta_of(const Instance& instance) {
  if (instance.external) return instance.meta;
  std::map<std::string, std::string> meta = instance.meta;
  meta["version"] = instance.version;
  meta["started_at"] = instance.started_at;
  meta["status"] = instance.status == Status::up ? "up" : instance.status == Status::draining ? "draining" : "starting";
  meta["metrics_path"] = "/metrics";
  if (!instance.zone.empty()) meta["zone"] = instance.zone;
  return meta;
}

std::int64_t number(std::uint64_t index) { return static_cast<std::int64_t>(index); }

contracts::HealthNode node_of(const Instance& instance) {
  contracts::HealthNode node;
  node.ID = node.Node = instance.host;
  node.Address = instance.host;
  node.Datacenter = std::string(kDatacenter);
  node.CreateIndex = number(instance.created);
  node.ModifyIndex = number(instance.modified);
  return node;
}

contracts::HealthCheck check_of(const Instance& instance) {
  contracts::HealthCheck check;
  check.Node = instance.host;
  check.CheckID = "service:" + instance.id;
  check.Name = instance.external ? "registered check" : "GET /health/ready";
  check.Status = status_text(instance.verdict);
  check.Output = output_of(instance);
  check.ServiceID = instance.id;
  check.ServiceName = instance.service;
  check.ServiceTags = tags_of(instance);
  check.Type = instance.external ? "" : "http";
  check.CreateIndex = number(instance.created);
  check.ModifyIndex = number(instance.modified);
  return check;
}

}  // namespace

std::vector<std::string> tags_of(const Instance& instance) {
  if (instance.external) return instance.tags;
  std::vector<std::string> tags = instance.tags;
  tags.push_back(instance.version);
  return tags;
}

std::map<std::string, std::vector<std::string>> services_view(const std::vector<Instance>& instances) {
  std::map<std::string, std::vector<std::string>> services;
  for (const Instance& instance : instances) {
    auto& known = services[instance.service];
    const std::vector<std::string> tags = tags_of(instance);
    for (const std::string& tag : tags) {
      if (std::find(known.begin(), known.end(), tag) == known.end()) known.push_back(tag);
    }
  }
  return services;
}

std::vector<contracts::CatalogEntry> catalog_view(const std::vector<Instance>& instances) {
  std::vector<contracts::CatalogEntry> entries;
  for (const Instance& instance : instances) {
    contracts::CatalogEntry entry;
    entry.ID = entry.Node = instance.host;
    entry.Address = instance.host;
    entry.Datacenter = std::string(kDatacenter);
    entry.ServiceID = instance.id;
    entry.ServiceName = instance.service;
    entry.ServiceAddress = instance.host;
    entry.ServicePort = instance.port;
    entry.ServiceTags = tags_of(instance);
    entry.ServiceMeta = meta_of(instance);
    entry.ServiceWeights = {instance.weight, instance.weight};
    entry.CreateIndex = number(instance.created);
    entry.ModifyIndex = number(instance.modified);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<contracts::HealthEntry> health_view(const std::vector<Instance>& instances, bool passing_only) {
  std::vector<contracts::HealthEntry> entries;
  for (const Instance& instance : instances) {
    if (passing_only && instance.verdict != Verdict::passing) continue;
    contracts::HealthEntry entry;
    entry.Node = node_of(instance);
    entry.Service.ID = instance.id;
    entry.Service.Service = instance.service;
    entry.Service.Address = instance.host;
    entry.Service.Port = instance.port;
    entry.Service.Tags = tags_of(instance);
    entry.Service.Meta = meta_of(instance);
    entry.Service.Weights = {instance.weight, instance.weight};
    entry.Service.CreateIndex = number(instance.created);
    entry.Service.ModifyIndex = number(instance.modified);
    entry.Checks.push_back(check_of(instance));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace valion::registry
