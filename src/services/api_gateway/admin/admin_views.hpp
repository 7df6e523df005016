// What the admin port says, and what it is told: the JSON of docs/gateway.md.
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace valion::gateway::admin {

struct CacheRule {
  bool on = false;
  std::string ttl;  // `3600s` as `1h`
  bool authorised = false;
};
BOOST_DESCRIBE_STRUCT(CacheRule, (), (on, ttl, authorised))

struct RouteView {
  std::string name;
  std::string prefix;
  bool exact = false;
  std::vector<std::string> methods;  // empty: all
  std::optional<std::string> service;
  std::vector<std::string> upstreams;
  std::string replacement;  // what the prefix becomes
  std::string timeout;
  std::string auth;  // `required`, `off`
  std::vector<std::string> roles;
  std::map<std::string, std::string> rate_limit;  // user, key, service > `50/min`
  CacheRule cache;
  std::string body_limit;
};
BOOST_DESCRIBE_STRUCT(RouteView, (),
                      (name, prefix, exact, methods, service, upstreams, replacement, timeout, auth, roles, rate_limit,
                       cache, body_limit))

struct RoutesView {
  std::string source;           // the file, or `built in`
  std::int64_t generation = 0;  // 1: the table of the start
  std::string in_force_since;   // RFC 3339
  std::int64_t refusals = 0;    // files that were not taken
  std::optional<std::string> refused_at;
  std::vector<std::string> refusal;  // why the file as it is now is not in force; empty: it is
  std::vector<RouteView> routes;     // in the order of the file, aliases behind their route
};
BOOST_DESCRIBE_STRUCT(RoutesView, (), (source, generation, in_force_since, refusals, refused_at, refusal, routes))

// One server behind the gateway.
struct InstanceView {
  std::string service;  // or the route's name, where the servers are fixed
  std::string id;
  std::string address;  // `http://127.0.0.1:8001`
  std::string state;    // `passing`, `ejected`, `critical` …, as whoever balances says it
  std::map<std::string, double> figures;
};
BOOST_DESCRIBE_STRUCT(InstanceView, (), (service, id, address, state, figures))

struct BreakerView {
  std::string service;
  std::string state;                        // `closed`, `open`, `half_open`
  std::optional<std::int64_t> retry_after;  // seconds, while it is not closed
};
BOOST_DESCRIBE_STRUCT(BreakerView, (), (service, state, retry_after))

struct CacheView {
  std::map<std::string, double> figures;
  std::map<std::string, std::map<std::string, double>> routes;  // by route: hits, misses, …
};
BOOST_DESCRIBE_STRUCT(CacheView, (), (figures, routes))

// Exactly one of them.
struct Purge {
  std::optional<std::string> tag;
  std::optional<std::string> prefix;  // of paths, on every host
  std::optional<bool> all;
};
BOOST_DESCRIBE_STRUCT(Purge, (), (tag, prefix, all))

struct Purged {
  std::int64_t entries = 0;  // in this gateway's memory; what others hold goes with their next look
};
BOOST_DESCRIBE_STRUCT(Purged, (), (entries))

struct LimitedKey {
  std::string route;
  std::string subject;  // who: tenant and user, key or address
  std::int64_t limit = 0;
  std::int64_t remaining = 0;  // as this gateway knows
  std::int64_t leased = 0;     // of these, in its own hands
};
BOOST_DESCRIBE_STRUCT(LimitedKey, (), (route, subject, limit, remaining, leased))

struct LimitsView {
  std::map<std::string, double> figures;                          // of the rate limiter, since the start
  std::vector<LimitedKey> nearest;                                // who has used most of his limit
  std::map<std::string, std::map<std::string, double>> shedding;  // by service: limit, under_way, shed
};
BOOST_DESCRIBE_STRUCT(LimitsView, (), (figures, nearest, shedding))

struct LevelView {
  std::string level;
};
BOOST_DESCRIBE_STRUCT(LevelView, (), (level))

struct ReloadView {
  std::string outcome;  // `replaced`, `unchanged`
  std::int64_t generation = 0;
};
BOOST_DESCRIBE_STRUCT(ReloadView, (), (outcome, generation))

struct DrainView {
  bool draining = true;
};
BOOST_DESCRIBE_STRUCT(DrainView, (), (draining))

}  // namespace valion::gateway::admin
