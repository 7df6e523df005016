#include "services/api_gateway/routing/table_file.hpp"

#include <algorithm>
#include <fstream>

#include "services/api_gateway/routing/quantities.hpp"
#include "services/api_gateway/routing/route_reader.hpp"

namespace valion::gateway {
namespace {

using Kind = YamlValue::Kind;

constexpr std::size_t kMostRoutes = 2'000;
constexpr std::string_view kRoutes = "routes";

// Whether every request that `later` would take is taken by `earlier`, which has the same prefix and stands before it.
bool takes_all_of(const Route& earlier, const Route& later) {
  if (earlier.prefix != later.prefix || earlier.exact != later.exact) return false;
  if (earlier.methods.empty()) return true;
  if (later.methods.empty()) return false;
  return std::all_of(later.methods.begin(), later.methods.end(), [&](const std::string& method) {
    return std::find(earlier.methods.begin(), earlier.methods.end(), method) != earlier.methods.end();
  });
}

void check_together(const std::vector<ReadRoute>& read, Complaints& complaints) {
  for (std::size_t index = 0; index < read.size(); ++index) {
    const ReadRoute& later = read[index];
    for (std::size_t before = 0; before < index; ++before) {
      const ReadRoute& earlier = read[before];
      const std::string first = "line " + std::to_string(earlier.place.line);
      if (!later.is_alias && !earlier.is_alias && !later.route.name.empty() && earlier.route.name == later.route.name) {
        complaints.add({later.place.pointer + "/name", later.place.line},
                       "is the name of the route in " + first + " too; names are unique", later.route.name);
      }
      if (earlier.complete && later.complete && takes_all_of(earlier.route, later.route)) {
        complaints.add(later.place, "can never be reached: the route in " + first + " takes the same requests");
        break;
      }
    }
  }
}

// Each route, and behind it a copy for each alias: what the route itself is passed on as, the alias is too.
std::vector<ReadRoute> read_list(const YamlValue& list, const TableRules& rules, Complaints& complaints) {
  std::vector<ReadRoute> read;
  for (std::size_t index = 0; index < list.items.size() && read.size() <= kMostRoutes; ++index) {
    const YamlValue& entry = list.items[index];
    const ReadRoute one = read_route(entry, {"/routes/" + std::to_string(index), entry.line}, rules, complaints);
    read.push_back(one);
    for (const std::string& alias : one.aliases) {
      ReadRoute copy = one;
      copy.is_alias = true;
      copy.route.prefix = alias;
      read.push_back(std::move(copy));
    }
  }
  return read;
}

const YamlMember* member_of(const YamlValue& map, std::string_view key) {
  const auto found =
      std::find_if(map.members.begin(), map.members.end(), [&](const YamlMember& one) { return one.key == key; });
  return found == map.members.end() ? nullptr : &*found;
}

void check_top(const YamlValue& root, bool beside_settings, Complaints& complaints) {
  constexpr std::string_view kKnown[] = {kRoutes};
  if (!beside_settings) return check_keys(root, "", kKnown, complaints);
  YamlValue ours;
  for (const YamlMember& member : root.members) {
    if (member.key == kRoutes) ours.members.push_back({member.key, member.line, {}});
  }
  check_keys(ours, "", kKnown, complaints);
}

std::string listed(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list.append(list.empty() ? "[" : ", ").append(text);
  return list + "]";
}

std::string limits_text(const Route& route) {
  std::string text;
  const auto add = [&](std::string_view who, const std::optional<RateLimit>& limit) {
    if (limit) text.append(text.empty() ? "{" : ", ").append(who).append(": ").append(rate_text(*limit));
  };
  add("user", route.limit);
  add("key", route.key_limit);
  add("service", route.service_limit);
  return text.empty() ? "off" : text + "}";
}

std::string cache_text(const Route& route) {
  if (!route.caches) return "off";
  return "{ttl: " + duration_text(route.cache_ttl) + (route.caches_authorised ? ", authorised: true}" : "}");
}

std::string route_text(const Route& route, const std::vector<std::string>& aliases) {
  std::string text = "  - name: \"" + route.name + "\"\n    prefix: " + route.prefix + "\n";
  const auto line = [&](std::string_view key, const std::string& value) {
    text.append("    ").append(key).append(": ").append(value).append("\n");
  };
  if (!aliases.empty()) line("aliases", listed(aliases));
  if (route.exact) line("exact", "true");
  if (!route.methods.empty()) line("methods", listed(route.methods));
  if (!route.service.empty()) line("service", "\"" + route.service + "\"");
  if (!route.upstreams.empty()) {
    std::vector<std::string> addresses;
    for (const FixedUpstream& upstream : route.upstreams) addresses.push_back("\"" + upstream_text(upstream) + "\"");
    line("upstreams", listed(addresses));
  }
  const bool unchanged = route.replacement == route.prefix || (route.replacement.empty() && route.prefix == "/");
  if (!unchanged) line("replacement", route.replacement.empty() ? "/" : route.replacement);
  line("timeout", duration_text(route.timeout));
  line("auth", route.authenticated ? "required" : "off");
  if (!route.roles.empty()) {
    std::vector<std::string> quoted;
    for (const std::string& role : route.roles) quoted.push_back("\"" + role + "\"");
    line("roles", listed(quoted));
  }
  line("rate_limit", limits_text(route));
  if (!route.is_local()) line("cache", cache_text(route));
  line("body_limit", size_text(route.body_limit));
  return text;
}

}  // namespace

Result<std::vector<Route>> parse_routes(std::string_view text, const std::string& origin, const TableRules& rules) {
  VALION_TRY_ASSIGN(const YamlValue root, parse_yaml(text, origin));
  if (root.kind != Kind::map) {
    return fail(ErrorKind::malformed, origin + " is no route table: a map with `routes:` is expected");
  }
  Complaints complaints;
  complaints.origin = origin;
  complaints.error.message = "the route table of " + origin + " is wrong";
  check_top(root, rules.beside_settings, complaints);
  const YamlMember* list = member_of(root, kRoutes);
  const YamlPlace place{"/routes", list == nullptr ? root.line : list->line};
  std::vector<ReadRoute> read;
  if (list == nullptr || list->value.kind != Kind::list || list->value.items.empty()) {
    complaints.add(place, "wants a list of at least one route, each with name, prefix and service or upstreams");
  } else {
    read = read_list(list->value, rules, complaints);
  }
  if (read.size() > kMostRoutes) {
    complaints.add(place, "has more than " + std::to_string(kMostRoutes) + " routes and aliases");
  } else {
    check_together(read, complaints);
  }
  if (complaints.error.violation_total > 0) return fail(std::move(complaints.error));
  std::vector<Route> routes;
  for (ReadRoute& one : read) routes.push_back(std::move(one.route));
  return routes;
}

Result<std::string> read_routes_file(const std::filesystem::path& file) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::malformed, "cannot read the route table " + file.string() + ": " + why);
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return refuse("it is a folder");
  std::ifstream input(file, std::ios::binary);
  if (!input) return refuse(std::filesystem::exists(file, ignored) ? "it cannot be opened" : "there is no such file");
  std::string text(kLargestYaml + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (input.bad()) return refuse("reading failed");
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (text.size() > kLargestYaml) return refuse("it is larger than 1 MiB");
  return text;
}

std::string routes_to_yaml(std::span<const Route> routes) {
  std::string text = "routes:\n";
  for (std::size_t index = 0; index < routes.size();) {
    const Route& route = routes[index++];
    std::vector<std::string> aliases;
    while (index < routes.size() && routes[index].name == route.name) aliases.push_back(routes[index++].prefix);
    text += route_text(route, aliases);
  }
  return text;
}

}  // namespace valion::gateway
