// One service of the fleet and its instances; only for fleet*.cpp.
#pragma once

#include "app/orchestrator/fleet.hpp"

namespace valion::app {

struct Fleet::Unit {
  const ServiceEntry* entry = nullptr;
  int depth = 0;
  std::vector<Instance> instances;
  Instance stand_in;  // beside them, while the only instance is restarted
  int next = 1;       // the number of the next instance
  bool ready = false;
  std::optional<ListeningSocket> listener;
  std::uint16_t last_port = 0;

  // Clients know the gateway by its address alone, so its successor takes over the very socket; the others are found
  // through the registry.
  [[nodiscard]] bool hands_over() const { return entry->name == "api_gateway"; }
};

}  // namespace valion::app
