// Who serves what, where: leases in Redis. An instance writes only its own record and reads all.
//
// The keys, a shared protocol (prefix configurable, default `valion`; scripts.hpp has the commands, each one atomic script):
//   {p}:instances  hash  `{service}:{id}` > the whole record as JSON, rewritten by every heartbeat
//   {p}:leases     zset  `{service}:{id}` > when its lease ends, milliseconds of Redis' own clock
//   {p}:index      the number of the last change. It grows by one with every change and by nothing else: a heartbeat that
//                  changes nothing leaves it alone. A Redis that lost everything begins at its clock in milliseconds, so the
//                  index grows across a loss as well
//   {p}:epoch      the index at which this Redis began: another epoch means that everything had been lost
//   {p}:changes    stream, capped, one entry a change, its id `{index}-0`: op (put, del, kept, health, unhealth, leader), member, value,
//                  and prev, the index before. A reader whose own index is not prev has missed something: it loads everything
//   {p}:health     hash  `{service}:{id}` > `passing` or `critical {why}`: the verdicts of the leading service_registry;
//                  they end two leases after its last round ({p}:judged tells that there were any)
//   {p}:leader     `{id} {term}`, leased: who probes. The term is an index, so it grows; a verdict of an older term is refused
//   {p}:kept, {p}:guard   the mass-expiry guard: whom it keeps, and since when
//   {p}:external   hash  id > a service registered by PUT at service_registry; {p}:ttl:{id} its leased status
//
// No lease ends by itself: whoever beats or loads next buries those whose lease is over. Except when more than half of all
// (and more than one) are over at once: then it is rather Redis that slept, and they are kept and marked. The guard's exit:
// one lease after it began it buries those still missing if they are not more than half, and after ten leases in any case.
// Redis away: the last known good set stays in force, and instances write themselves again when it is back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/redis.hpp"
#include "platform/registry/balance.hpp"

namespace valion::registry {

enum class Verdict { unknown, passing, critical };
enum class Status { starting, up, draining };  // what the instance says of itself; only `up` is picked

struct Instance {
  std::string service;
  std::string id;  // `{service}-{random}`
  std::string version;
  std::string host;
  std::uint16_t port = 0;
  std::string started_at;  // RFC 3339
  Verdict verdict = Verdict::unknown;
  std::string zone{};  // where it runs; empty: anywhere
  int weight = 1;      // 1 … 1000: its part of the calls, among those of its service
  Status status = Status::up;
  std::chrono::milliseconds lease{0};  // 0: that of the settings
  std::vector<std::string> tags{};
  std::map<std::string, std::string> meta{};
  bool external = false;  // registered by PUT: not one of our processes
  // Not part of the record:
  std::string verdict_reason{};  // why it is critical
  bool kept = false;             // its lease is over and a guard keeps it
  std::uint64_t created = 0;     // index of its first change seen here
  std::uint64_t modified = 0;    // and of the last
};

struct RegistrySettings {
  std::string prefix = "valion";
  std::chrono::milliseconds heartbeat{1'000};
  std::string zone{};  // of this process
  Balance balance = Balance::round_robin;
  std::chrono::milliseconds slow_start{10'000};
  [[nodiscard]] std::chrono::milliseconds lease() const noexcept { return 3 * heartbeat; }
};

// Registers `self` and keeps it registered until leave(). `self` must be complete (port known).
class Registration {
 public:
  Registration(redis::Client& redis, RegistrySettings settings, Instance self);
  ~Registration();
  void start(Executor executor);
  // Told to others with the next heartbeat, which comes at once.
  void announce(Status status);
  Async<void> leave();  // removes the record at once; call before draining

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// A view of all instances. Changes are pushed to it over a connection of its own (a blocking read of the change log), so
// that a quiet registry costs a reader one command a lease. One per event loop; not thread-safe.
class Directory {
 public:
  Directory(redis::Client& redis, RegistrySettings settings);
  ~Directory();
  void start(Executor executor);
  // Loads everything now; leaves the last known good set on error. Whoever is missing because Redis lost its data (another
  // epoch) is believed for one lease more: such a loss must not empty the routes of everybody. A record that cannot be
  // read is skipped.
  Async<Result<void>> refresh();
  [[nodiscard]] std::vector<Instance> instances(const std::string& service) const;  // all, by id
  [[nodiscard]] std::vector<Instance> all() const;
  // One of the instances that are up and not critical (all of them, if all are), of the own zone if there are such. Those
  // whose lease is over come after those whose lease runs. `avoid` are ids just tried, or ejected: they are not picked.
  // unavailable when there is none. O(instances of the service).
  [[nodiscard]] Result<Instance> pick(const std::string& service, const std::vector<std::string>& avoid = {});
  // The same without a copy: valid until the caller next waits; null when there is none.
  [[nodiscard]] const Instance* choose(const std::string& service, const std::vector<std::string>& avoid = {});
  // Around every call, once each, for Balance::least_latency; unknown ids are ignored. Calls in flight of an instance that
  // goes and comes back start at zero.
  void begin(const std::string& id);
  void end(const std::string& id, Latency latency, bool ok);
  [[nodiscard]] bool fresh() const noexcept;                      // false while Redis does not answer
  [[nodiscard]] std::chrono::milliseconds since_contact() const;  // 0 while it is fresh

  // The index of the last change seen; of one service: of its instances, their records and their verdicts.
  [[nodiscard]] std::uint64_t index() const noexcept;
  [[nodiscard]] std::uint64_t index_of(const std::string& service) const;
  [[nodiscard]] std::string leader() const;  // id of the leading service_registry; empty: none known
  // Returns when index() is above `known`, at the latest after `patience`, at once after release().
  Async<void> wait_for_change(std::uint64_t known, std::chrono::milliseconds patience);
  void release();  // answers all who wait, now and from now on: call it before draining
  [[nodiscard]] bool released() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// begin() and end() by scope: an abandoned call counts as ok, with the time it took.
class CallInFlight {
 public:
  CallInFlight(Directory& directory, std::string id);  // the directory must outlive it
  ~CallInFlight();
  CallInFlight(CallInFlight&& other) noexcept;
  CallInFlight& operator=(CallInFlight&&) = delete;
  void failed() noexcept { ok_ = false; }

 private:
  Directory* directory_;
  std::string id_;
  SteadyTime began_;
  bool ok_ = true;
};

}  // namespace valion::registry
