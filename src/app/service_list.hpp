// THE list of services: one line each in service_list.cpp, nothing else registers anything. Their code is in modules of the
// same names, see platform/service/module.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace valion::app {

struct ServiceEntry {
  std::string_view name;
  std::uint16_t port;                          // the default; settings may say otherwise
  std::vector<std::string_view> starts_after;  // services that must be ready first
  std::chrono::milliseconds start_delay{0};    // once those are ready
};

[[nodiscard]] const std::vector<ServiceEntry>& service_list();
[[nodiscard]] const ServiceEntry* find_service(std::string_view name);

// Names in the order in which they are started: each after everything it starts after, ties in list order.
// invalid when an entry names an unknown service or the list has a cycle (the message shows it).
[[nodiscard]] Result<std::vector<std::string_view>> start_order(const std::vector<ServiceEntry>& services);

}  // namespace valion::app
