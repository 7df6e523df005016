// One entry of `routes:` as a Route. Internal to this library.
#pragma once

#include <string>

#include "base/error.hpp"
#include "services/api_gateway/routing/table_file.hpp"
#include "services/api_gateway/routing/yaml_tree.hpp"

namespace valion::gateway {

// Where a value stands, for messages.
struct YamlPlace {
  std::string pointer;  // `/routes/3/timeout`
  int line = 0;
};

// Collects what is wrong with one text.
struct Complaints {
  std::string origin;  // `routes.yaml`
  Error error = make_error(ErrorKind::invalid, "");

  void add(const YamlPlace& place, const std::string& message, std::string value = {});
};

// A route and where it stands, for what is checked across routes.
struct ReadRoute {
  Route route;
  YamlPlace place;
  std::vector<std::string> aliases;  // further prefixes
  bool is_alias = false;             // a copy of the route before it
  bool complete = true;              // false: a field was refused, so what follows from it says nothing
};

[[nodiscard]] ReadRoute read_route(const YamlValue& entry, const YamlPlace& place, const TableRules& rules,
                                   Complaints& complaints);

// Keys that are none of `known` are refused with the nearest one that is, and those that stand twice with the place of the first.
void check_keys(const YamlValue& map, const std::string& pointer, std::span<const std::string_view> known,
                Complaints& complaints);

}  // namespace valion::gateway
