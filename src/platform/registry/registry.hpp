// Who serves what, where: leases in Redis. An instance writes only its own record and reads all.
//
// Keys (prefix configurable, default `valion`): `{prefix}:instance:{service}:{id}` holds the whole record as JSON with a
// lease of three heartbeats; a heartbeat rewrites it. `{prefix}:health:{id}` holds the verdict of service_registry's probes,
// `passing` or `critical`, leased likewise. `{prefix}:instances` is a set of all `{service}:{id}`, so that reading costs the
// number of instances and not of keys; an instance adds itself with each heartbeat, and readers remove who has long lapsed.
// Redis away: the last known good set stays in force, and instances write themselves again when it is back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/redis.hpp"

namespace valion::registry {

enum class Verdict { unknown, passing, critical };

struct Instance {
  std::string service;
  std::string id;  // `{service}-{random}`
  std::string version;
  std::string host;
  std::uint16_t port = 0;
  std::string started_at;  // RFC 3339
  Verdict verdict = Verdict::unknown;
};

struct RegistrySettings {
  std::string prefix = "valion";
  std::chrono::milliseconds heartbeat{1'000};
  [[nodiscard]] std::chrono::milliseconds lease() const noexcept { return 3 * heartbeat; }
};

// Registers `self` and keeps it registered until leave(). `self` must be complete (port known).
class Registration {
 public:
  Registration(redis::Client& redis, RegistrySettings settings, Instance self);
  ~Registration();
  void start(Executor executor);
  Async<void> leave();  // removes the record at once; call before draining

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A view of all instances, refreshed every heartbeat. One per event loop; not thread-safe.
class Directory {
 public:
  Directory(redis::Client& redis, RegistrySettings settings);
  ~Directory();
  void start(Executor executor);
  // Now; leaves the last known good set on error. For one lease after Redis comes back, whoever is missing is still
  // believed: a Redis that lost its data must not empty the routes of everybody. A record that cannot be read is skipped.
  Async<Result<void>> refresh();
  [[nodiscard]] std::vector<Instance> instances(const std::string& service) const;  // all, by id
  [[nodiscard]] std::vector<Instance> all() const;
  // Round robin over the instances that are not critical (all of them, if all are). unavailable when there is none.
  // `avoid` are ids just tried: they are not picked again.
  [[nodiscard]] Result<Instance> pick(const std::string& service, const std::vector<std::string>& avoid = {});
  [[nodiscard]] bool fresh() const noexcept;  // false while Redis does not answer

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// Leased: repeat it every heartbeat.
Async<Result<void>> publish_verdict(redis::Client& redis, const RegistrySettings& settings,
                                    const std::string& instance_id, Verdict verdict);

}  // namespace valion::registry
