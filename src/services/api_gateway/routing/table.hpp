// The route table: an immutable value, shared by everything that runs with it. A reload makes another one; exchanges that began
// with the old one end with it.
//
//   const auto match = table->match(head.method, head.path);
//   if (match.route == nullptr) return match.path_known ? 405 with Allow: table->allowed(head.path) : 404;
//   const PassedTarget target = table->target_for(*match.route, head.target);   // two views to write one after the other
//
// Which route takes a request: of those whose prefix the path begins with, as whole segments, and which take the method, the one
// with the longest prefix; an `exact` one before another of the same prefix. Paths are compared as they were sent: the caller has
// refused those with a path_fault().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "services/api_gateway/routing/route.hpp"

namespace valion::gateway {

struct RouteMatch {
  const Route* route = nullptr;  // lives as long as the table; null: nothing takes this request
  bool path_known = false;       // some route takes the path, with another method
  explicit operator bool() const noexcept { return route != nullptr; }
};

// What is asked of the server behind: `head` and then `rest`. Views into the route and the target.
struct PassedTarget {
  std::string_view head;
  std::string_view rest;
  [[nodiscard]] std::string text() const { return std::string(head).append(rest); }
};

inline constexpr std::size_t kDeepestPrefix = 16;  // segments

class RouteTable {
 public:
  // Requires valid routes, as parse_table() makes them: prefixes that are is_route_prefix(), of at most kDeepestPrefix segments.
  explicit RouteTable(std::vector<Route> routes);
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  // O(length of the path), no allocation. HEAD is taken by whoever takes GET.
  [[nodiscard]] RouteMatch match(std::string_view method, std::string_view path) const noexcept;
  // The methods for an Allow field: `GET, HEAD, POST`; empty when the path is unknown.
  [[nodiscard]] std::string allowed(std::string_view path) const;
  // Requires a target in origin form (path and query) whose path `route` has matched.
  [[nodiscard]] PassedTarget target_for(const Route& route, std::string_view target) const noexcept;
  // A `Location` of the server behind `route` as a client must write it: the prefix that the same server has for it, of several
  // the first in the file; for services of the registry also `/jobs/…` > `/api/v1/jobs/…`. Anything else stays as it is.
  [[nodiscard]] std::string public_location(const Route& route, std::string_view location) const;

  [[nodiscard]] std::span<const Route> routes() const noexcept { return routes_; }  // in the order of the file
  [[nodiscard]] std::size_t index_of(const Route& route) const noexcept {
    return static_cast<std::size_t>(&route - routes_.data());
  }
  // Some route leads to a service of the registry (not: the gateway itself).
  [[nodiscard]] bool needs_registry() const noexcept;

 private:
  struct Group {  // the routes of one prefix: exact ones first, else in the order of the file
    std::size_t hash = 0;
    std::string_view prefix;
    std::vector<const Route*> routes;
  };
  struct Candidates;

  [[nodiscard]] const Group* find(std::size_t hash, std::string_view prefix) const noexcept;
  void candidates(std::string_view path, Candidates& found) const noexcept;

  std::vector<Route> routes_;
  std::vector<Group> groups_;
  std::size_t deepest_ = 0;           // segments of the longest prefix: what lies below is not looked at
  std::vector<std::uint32_t> slots_;  // open addressing: place in groups_ + 1; 0: empty
};

}  // namespace valion::gateway
