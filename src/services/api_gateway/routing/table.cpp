#include "services/api_gateway/routing/table.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace valion::gateway {
namespace {

constexpr std::string_view kJobs = "/jobs";
constexpr std::string_view kPublicJobs = "/api/v1/jobs";

// FNV-1a, so that the hash of a longer prefix goes on from that of a shorter one.
constexpr std::size_t kHashStart = 14695981039346656037u;
constexpr std::size_t hash_step(std::size_t hash, char c) noexcept {
  return (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
}
constexpr std::size_t hash_of(std::string_view text) noexcept {
  std::size_t hash = kHashStart;
  for (const char c : text) hash = hash_step(hash, c);
  return hash;
}

bool takes(const Route& route, std::string_view method) noexcept {
  if (route.methods.empty()) return true;
  for (const std::string& one : route.methods) {
    if (one == method || (one == "GET" && method == "HEAD")) return true;
  }
  return false;
}

std::string_view without_slash(std::string_view prefix) noexcept { return prefix == "/" ? "" : prefix; }

// What follows `prefix` when `target` begins with it as whole segments.
std::optional<std::string_view> after(std::string_view prefix, std::string_view target) noexcept {
  if (!target.starts_with(prefix)) return std::nullopt;
  const std::string_view rest = target.substr(prefix.size());
  if (rest.empty() || rest.front() == '/' || rest.front() == '?' || rest.front() == '#') return rest;
  return std::nullopt;
}

bool same_server(const Route& a, const Route& b) {
  return a.service.empty() ? a.upstreams == b.upstreams : a.service == b.service;
}

}  // namespace

struct RouteTable::Candidates {
  std::array<const Group*, kDeepestPrefix + 2> groups;
  std::size_t count = 0;  // shortest prefix first
};

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    const auto same = [&](const Group& group) { return group.prefix == without_slash(route.prefix); };
    auto group = std::find_if(groups_.begin(), groups_.end(), same);
    if (group == groups_.end()) {
      const std::string_view prefix = without_slash(route.prefix);
      group = groups_.insert(groups_.end(), Group{hash_of(prefix), prefix, {}});
    }
    group->routes.push_back(&route);
    const auto segments = std::count(group->prefix.begin(), group->prefix.end(), '/');
    deepest_ = std::max(deepest_, static_cast<std::size_t>(segments));
  }
  std::size_t size = 8;
  while (size < 2 * groups_.size()) size *= 2;
  slots_.resize(size);
  for (std::size_t index = 0; index < groups_.size(); ++index) {
    Group& group = groups_[index];
    std::stable_partition(group.routes.begin(), group.routes.end(), [](const Route* route) { return route->exact; });
    std::size_t slot = group.hash & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::uint32_t>(index + 1);
  }
}

const RouteTable::Group* RouteTable::find(std::size_t hash, std::string_view prefix) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = hash & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
    const Group& group = groups_[slots_[slot] - 1];
    if (group.hash == hash && group.prefix == prefix) return &group;
  }
  return nullptr;
}

// Every prefix of the path that ends where a segment ends: the empty one (`/`), the first segment, the first two …
void RouteTable::candidates(std::string_view path, Candidates& found) const noexcept {
  if (path.empty() || path.front() != '/') return;
  std::size_t hash = kHashStart;
  std::size_t segments = 0;
  for (std::size_t at = 0; at <= path.size(); ++at) {
    if (at == path.size() || path[at] == '/') {
      if (const Group* group = find(hash, path.substr(0, at))) found.groups[found.count++] = group;
      if (segments++ == deepest_) return;
    }
    if (at < path.size()) hash = hash_step(hash, path[at]);
  }
}

RouteMatch RouteTable::match(std::string_view method, std::string_view path) const noexcept {
  Candidates found;
  candidates(path, found);
  RouteMatch result;
  while (found.count > 0) {
    const Group& group = *found.groups[--found.count];
    for (const Route* route : group.routes) {
      if (route->exact && path != route->prefix) continue;
      if (takes(*route, method)) return {route, true};
      result.path_known = true;
    }
  }
  return result;
}

std::string RouteTable::allowed(std::string_view path) const {
  Candidates found;
  candidates(path, found);
  std::vector<std::string_view> methods;
  const auto add = [&](std::string_view method) {
    if (std::find(methods.begin(), methods.end(), method) == methods.end()) methods.push_back(method);
  };
  for (std::size_t index = 0; index < found.count; ++index) {
    for (const Route* route : found.groups[index]->routes) {
      if (route->exact && path != route->prefix) continue;
      for (const std::string& method : route->methods) {
        add(method);
        if (method == "GET") add("HEAD");
      }
    }
  }
  std::sort(methods.begin(), methods.end());
  std::string text;
  for (const std::string_view method : methods) text.append(text.empty() ? "" : ", ").append(method);
  return text;
}

PassedTarget RouteTable::target_for(const Route& route, std::string_view target) const noexcept {
  if (route.replacement == route.prefix) return {"", target};
  const std::string_view rest = target.substr(std::min(target.size(), without_slash(route.prefix).size()));
  const std::string_view head = without_slash(route.replacement);
  // `/a` with its prefix cut off is `/`, and `/a?x` is `/?x`.
  if (head.empty() && (rest.empty() || rest.front() == '?')) return {"/", rest};
  return {head, rest};
}

std::string RouteTable::public_location(const Route& route, std::string_view location) const {
  if (!route.service.empty()) {
    if (const auto job = after(kJobs, location)) return std::string(kPublicJobs).append(*job);
  }
  const Route* best = nullptr;
  std::string_view rest;
  for (const Route& one : routes_) {
    if (one.exact || !same_server(one, route)) continue;
    const auto follows = after(without_slash(one.replacement), location);
    if (!follows || location.empty() || location.front() != '/') continue;
    if (best != nullptr && without_slash(one.replacement).size() <= without_slash(best->replacement).size()) continue;
    best = &one;
    rest = *follows;
  }
  if (best == nullptr || best->replacement == best->prefix) return std::string(location);
  const std::string_view prefix = without_slash(best->prefix);
  if (prefix.empty() && (rest.empty() || rest.front() != '/')) return "/" + std::string(rest);
  return std::string(prefix).append(rest);
}

bool RouteTable::needs_registry() const noexcept {
  return std::any_of(routes_.begin(), routes_.end(),
                     [](const Route& route) { return !route.service.empty() && !route.is_local(); });
}

}  // namespace valion::gateway
