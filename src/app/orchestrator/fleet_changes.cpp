// Rolling restarts and scaling of a running fleet.
#include <fmt/format.h>

#include "app/orchestrator/fleet.hpp"
#include "app/orchestrator/fleet_unit.hpp"

namespace valion::app {
namespace {

// Held while a change runs.
class Turn {
 public:
  explicit Turn(bool& busy) : busy_(busy), mine_(!busy) { busy_ = true; }
  ~Turn() {
    if (mine_) busy_ = false;
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] bool mine() const noexcept { return mine_; }

 private:
  bool& busy_;
  bool mine_;
};

tl::unexpected<Error> busy() {
  return fail(ErrorKind::conflict, "another restart or change of scale is running; wait until it is done");
}

tl::unexpected<Error> unknown(const std::string& service) {
  std::string names;
  for (const ServiceEntry& entry : service_list()) names.append(names.empty() ? "" : ", ").append(entry.name);
  return fail(ErrorKind::not_found, "there is no service " + service + "; there are " + names);
}

tl::unexpected<Error> not_back(const std::string& name) {
  return fail(ErrorKind::unavailable, name + " did not become ready again; the rest was left as it is (see logs/)");
}

}  // namespace

// Others see a new instance, or one that left, within a heartbeat.
Async<void> Fleet::settle() const { co_await sleep_for(settings_.heartbeat + settings_.heartbeat / 4); }

Async<Result<void>> Fleet::restart(std::string service, Report report) {
  if (!service.empty() && find_service(service) == nullptr) co_return unknown(service);
  const Turn turn(changing_);
  if (!turn.mine()) co_return busy();
  for (const auto& unit : units_) {
    if (!service.empty() && unit->entry->name != service) continue;
    if (stopping_) co_return fail(ErrorKind::cancelled, "the system is stopping");
    const Result<void> rolled = co_await roll(*unit, report);
    if (!rolled) co_return fail(rolled.error());
  }
  co_return Result<void>{};
}

Async<Result<void>> Fleet::roll(Unit& unit, Report report) {
  const bool healthy = unit.instances.front()->state() == ProcessState::ready;
  const bool hands_over = unit.hands_over() && healthy;
  if (hands_over) {
    const Result<void> replaced = co_await replace_heir(unit, report);
    if (!replaced) co_return fail(replaced.error());
  } else if (unit.instances.size() == 1 && healthy) {
    auto rolled = co_await roll_with_stand_in(unit, report);
    co_return rolled;
  }
  const std::vector<Instance> instances = unit.instances;
  for (std::size_t index = hands_over ? 1 : 0; index < instances.size(); ++index) {
    const Result<void> restarted = co_await restart_in_place(instances[index], report);
    if (!restarted) co_return fail(restarted.error());
    if (instances.size() > 1) co_await settle();
  }
  co_return Result<void>{};
}

Async<Result<void>> Fleet::restart_in_place(Instance instance, Report report) {
  const std::string begun = "restarting " + instance->name();
  co_await report(begun);
  const bool ready = co_await instance->restart();
  if (!ready) co_return not_back(instance->name());
  const std::string done = instance->name() + " is ready on " + instance->address();
  co_await report(done);
  co_return Result<void>{};
}

// Both accept from one socket for a moment; then the old one finishes what it has and ends.
Async<Result<void>> Fleet::replace_heir(Unit& unit, Report report) {
  const std::string begun = fmt::format("starting the successor of {}", unit.entry->name);
  co_await report(begun);
  unit.stand_in = launch(role_of(unit, 1));
  const Instance heir = unit.stand_in;
  const bool ready = co_await heir->wait_ready();
  if (!ready) {
    co_await heir->stop(settings_.drain);
    unit.stand_in.reset();
    co_return not_back(std::string(unit.entry->name));
  }
  co_await settle();
  const Instance old = unit.instances.front();
  unit.instances.front() = heir;
  unit.stand_in = old;
  co_await old->stop(settings_.drain + std::chrono::seconds(1));
  unit.stand_in.reset();
  const std::string done = heir->name() + " is ready on " + heir->address() + ", its predecessor has ended";
  co_await report(done);
  co_return Result<void>{};
}

Async<Result<void>> Fleet::roll_with_stand_in(Unit& unit, Report report) {
  const std::string begun = fmt::format("starting a stand-in for {}", unit.entry->name);
  co_await report(begun);
  unit.stand_in = launch(role_of(unit, unit.next));
  const Instance stand_in = unit.stand_in;
  const bool there = co_await stand_in->wait_ready();
  Result<void> outcome = not_back("the stand-in " + stand_in->name());
  if (there) {
    co_await settle();
    const Instance only = unit.instances.front();
    outcome = co_await restart_in_place(only, report);
  }
  if (there && outcome) co_await settle();
  co_await stand_in->stop(settings_.drain + std::chrono::seconds(1));
  unit.stand_in.reset();
  co_return outcome;
}

Async<Result<void>> Fleet::scale(std::string service, int count, Report report) {
  if (find_service(service) == nullptr) co_return unknown(service);
  if (count < 1) co_return fail(ErrorKind::invalid, "at least one instance must run; `valion stop` ends the system");
  const Turn turn(changing_);
  if (!turn.mine()) co_return busy();
  auto outcome = co_await resize(unit_of(service), static_cast<std::size_t>(count), report);
  co_return outcome;
}

Async<Result<void>> Fleet::resize(Unit& unit, std::size_t count, Report report) {
  while (unit.instances.size() < count) {
    const Instance added = launch(role_of(unit, unit.next++));
    unit.instances.push_back(added);
    const bool ready = co_await added->wait_ready();
    if (!ready) {
      co_await added->stop(settings_.drain);
      unit.instances.pop_back();
      co_return not_back(added->name());
    }
    const std::string words = added->name() + " is ready on " + added->address();
    co_await report(words);
  }
  while (unit.instances.size() > count) {
    const Instance last = unit.instances.back();
    co_await last->stop(settings_.drain + std::chrono::seconds(1));
    unit.instances.pop_back();
    const std::string words = last->name() + " has ended";
    co_await report(words);
  }
  co_return Result<void>{};
}

}  // namespace valion::app
