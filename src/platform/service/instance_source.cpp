#include "platform/service/instance_source.hpp"

namespace valion {
namespace {

registry::RegistrySettings in_turn() {
  registry::RegistrySettings settings;
  settings.slow_start = std::chrono::milliseconds(0);
  return settings;
}

}  // namespace

std::vector<std::string> RegisteredInstances::ids() const {
  std::vector<std::string> known;
  for (const registry::Instance& each : directory_.instances(service_)) known.push_back(each.id);
  return known;
}

FixedInstances::FixedInstances(std::string name, const std::vector<FixedServer>& servers)
    : name_(std::move(name)), set_(in_turn()) {
  replace(servers);
}

void FixedInstances::replace(const std::vector<FixedServer>& servers) {
  if (servers == servers_ && index_ > 0) return;
  servers_ = servers;
  registry::Loaded loaded;
  loaded.index = ++index_;
  for (const FixedServer& server : servers) {
    registry::Instance instance;
    instance.service = name_;
    instance.id = server.host + ":" + std::to_string(server.port);
    instance.host = server.host;
    instance.port = server.port;
    loaded.instances.push_back(std::move(instance));
  }
  set_.take(std::move(loaded), std::chrono::steady_clock::now());
}

const registry::Instance* FixedInstances::choose(const std::vector<std::string>& avoid) {
  return set_.choose(name_, avoid, 0, std::chrono::steady_clock::now());
}

std::vector<std::string> FixedInstances::ids() const {
  std::vector<std::string> known;
  for (const registry::Instance& each : set_.of(name_)) known.push_back(each.id);
  return known;
}

}  // namespace valion
