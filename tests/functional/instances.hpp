// Where the instances of a running system are, from what `valion status --json` promises to other programs.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <string>
#include <vector>

#include "functional/running_system.hpp"
#include "platform/json/described.hpp"

namespace valion::functional {

struct InstancePlace {
  std::string id;
  std::int64_t port = 0;
};
BOOST_DESCRIBE_STRUCT(InstancePlace, (), (id, port))

struct ServicePlaces {
  std::string name;
  std::vector<InstancePlace> instances;
};
BOOST_DESCRIBE_STRUCT(ServicePlaces, (), (name, instances))

struct SystemPlaces {
  std::vector<ServicePlaces> services;
};
BOOST_DESCRIBE_STRUCT(SystemPlaces, (), (services))

// Of all services, those without instances too. Throws what the command printed when that is no such document.
inline std::vector<ServicePlaces> places_of(const RunningSystem& system) {
  const Finished status = system.valion({"status", "--json", "--wait", "30"});
  auto document = json::decode<SystemPlaces>(status.output, json::Unknown::ignored);
  if (!document) throw std::runtime_error(status.output);
  return std::move(document->services);
}

// Empty when there is no such service.
inline std::vector<InstancePlace> instances_of(const RunningSystem& system, const std::string& service) {
  for (ServicePlaces& one : places_of(system)) {
    if (one.name == service) return std::move(one.instances);
  }
  return {};
}

}  // namespace valion::functional
