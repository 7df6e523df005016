// All processes of one system: Redis and the services, each service with one or more instances.
//
// A service starts as soon as everything that it starts after is ready and its start delay has passed; services that do not
// need each other start at the same time. Stopping goes the other way round, group by group. On one executor.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/orchestrator/listening_socket.hpp"
#include "app/orchestrator/orchestrator.hpp"
#include "app/orchestrator/supervised.hpp"
#include "app/service_list.hpp"

namespace valion::app {

struct ProcessView {
  std::string name;     // `ml_service#2`
  std::string service;  // `ml_service`; `redis`
  std::string state;    // starting, ready, pausing, crash-looping, stopped
  std::string address;
  std::int64_t process = 0;  // its id; 0: none runs
  std::int64_t restarts = 0;
  std::string last_end;
};

// How far a service lies from the roots of the list: 0 for one that starts after nothing. Requires a list without a cycle.
[[nodiscard]] std::map<std::string_view, int> depths_of(const std::vector<ServiceEntry>& services);

class Fleet {
 public:
  using Say = std::function<void(const std::string&)>;
  using Report = std::function<Async<void>(std::string)>;  // progress, to whoever asked

  // `on_redis_line`: what Redis prints. All references must outlive it.
  Fleet(Executor executor, const Settings& settings, const OrchestratorOptions& options, Say say, Say on_redis_line);
  ~Fleet();

  // Opens the sockets that are ours and looks whether the ports of the others are free; conflict names every port and holder.
  Result<void> claim_ports();
  // Returns when everything is ready, or with the first failure, or with `cancelled` after give_up().
  Async<Result<void>> start();
  // In reverse order; whatever has not ended within settings.stop_timeout is killed.
  Async<void> stop();
  void give_up();

  // One instance at a time, the new one ready before the next; a service with one instance gets a second one meanwhile, and
  // the gateway's successor takes over its socket, so that requests keep flowing. Every service in start order when empty.
  // conflict while another change runs; unavailable when something did not come back (then the rest is left as it is).
  Async<Result<void>> restart(std::string service, Report report);
  // Starts or stops instances until there are `count`; the first keeps its port, the others take free ones.
  Async<Result<void>> scale(std::string service, int count, Report report);

  [[nodiscard]] std::string gateway_address() const;
  [[nodiscard]] std::vector<std::string> addresses() const;
  [[nodiscard]] std::vector<ProcessView> views() const;
  [[nodiscard]] bool crash_looping() const;

 private:
  struct Unit;
  using Instance = std::shared_ptr<Supervised>;
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

  Unit& unit_of(std::string_view service) const;
  [[nodiscard]] std::uint16_t port_of(const ServiceEntry& entry) const;
  Role role_of(Unit& unit, int number);
  Instance launch(Role role);
  Async<void> start_unit(Unit& unit, int& left);
  Async<bool> start_instances(Unit& unit);
  Async<void> stop_one(Instance instance, std::chrono::milliseconds patience, int& left);
  Async<void> stop_together(std::vector<Instance> instances, std::chrono::milliseconds patience);
  Async<void> keep_running(Instance instance);
  Async<Result<void>> roll(Unit& unit, Report report);
  Async<Result<void>> replace_heir(Unit& unit, Report report);
  Async<Result<void>> roll_with_stand_in(Unit& unit, Report report);
  Async<Result<void>> restart_in_place(Instance instance, Report report);
  Async<Result<void>> resize(Unit& unit, std::size_t count, Report report);
  Async<void> settle() const;

  Executor executor_;
  const Settings& settings_;
  const OrchestratorOptions& options_;
  Say say_, on_redis_line_;
  http::Client client_;
  std::vector<std::unique_ptr<Unit>> units_;  // in start order
  Instance redis_;
  std::optional<Error> failure_;
  bool stopping_ = false;
  bool changing_ = false;
  Timer changed_;  // cancelled whenever a unit becomes ready or something fails
};

}  // namespace valion::app
