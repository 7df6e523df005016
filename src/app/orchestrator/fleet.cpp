#include "app/orchestrator/fleet.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

#include "app/orchestrator/fleet_unit.hpp"
#include "app/orchestrator/roles.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kKillAfterDrain = 1s;

}  // namespace

std::map<std::string_view, int> depths_of(const std::vector<ServiceEntry>& services) {
  std::map<std::string_view, int> depths;
  const auto order = start_order(services);
  if (!order) return depths;
  for (const std::string_view name : *order) {
    const auto entry =
        std::find_if(services.begin(), services.end(), [&](const ServiceEntry& one) { return one.name == name; });
    int depth = 0;
    for (const std::string_view needed : entry->starts_after) depth = std::max(depth, depths[needed] + 1);
    depths[name] = depth;
  }
  return depths;
}

Fleet::Fleet(Executor executor, const Settings& settings, const OrchestratorOptions& options, Say say,
             Say on_redis_line)
    : executor_(executor),
      settings_(settings),
      options_(options),
      say_(std::move(say)),
      on_redis_line_(std::move(on_redis_line)),
      client_(executor),
      changed_(executor, std::chrono::steady_clock::time_point::max()) {
  const auto depths = depths_of(service_list());
  for (const auto& [name, depth] : depths) {
    auto unit = std::make_unique<Unit>();
    unit->entry = find_service(name);
    unit->depth = depth;
    units_.push_back(std::move(unit));
  }
  const auto place = [](const std::unique_ptr<Unit>& unit) { return unit->entry - service_list().data(); };
  std::sort(units_.begin(), units_.end(), [&](const auto& a, const auto& b) {
    return std::pair(a->depth, place(a)) < std::pair(b->depth, place(b));
  });
}

Fleet::~Fleet() = default;

Fleet::Unit& Fleet::unit_of(std::string_view service) const {
  return **std::find_if(units_.begin(), units_.end(), [&](const auto& unit) { return unit->entry->name == service; });
}

std::uint16_t Fleet::port_of(const ServiceEntry& entry) const {
  const auto configured = settings_.ports.find(std::string(entry.name));
  return configured != settings_.ports.end() ? configured->second : entry.port;
}

Result<void> Fleet::claim_ports() {
  Error error = make_error(ErrorKind::conflict, "ports that the system needs are taken");
  for (const auto& unit : units_) {
    const std::string service(unit->entry->name);
    auto socket = ListeningSocket::open(settings_.address, port_of(*unit->entry));
    if (!socket) {
      error.add({"ports." + service,
                 socket.error().message + "; stop it, or choose another port there or with VALION_PORT_…", -1, "", ""});
    } else if (unit->hands_over()) {
      unit->listener = std::move(*socket);
    }
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return {};
}

Role Fleet::role_of(Unit& unit, int number) {
  const std::string service(unit.entry->name);
  ServicePlace place{number > 1 ? fmt::format("{}#{}", service, number) : service};
  if (number == 1) place.port = port_of(*unit.entry);
  if (number == 1 && unit.hands_over()) {
    place.listener = [this, &unit]() -> Result<int> {
      if (!unit.listener) {  // given up in a crash loop, so that clients were refused instead of kept waiting
        VALION_TRY_ASSIGN(auto again, ListeningSocket::open(settings_.address, unit.last_port));
        unit.listener = std::move(again);
      }
      unit.last_port = unit.listener->port();
      return unit.listener->descriptor();
    };
    place.on_crash_loop = [&unit] { unit.listener.reset(); };
  }
  return service_role(settings_, options_, service, std::move(place));
}

Fleet::Instance Fleet::launch(Role role) {
  Supervised::Watch watch;
  watch.rules.crash_loop_ends = settings_.crash_loop_ends;
  watch.rules.crash_loop_window = settings_.crash_loop_window;
  watch.ready_timeout = settings_.ready_timeout;
  watch.stop_timeout = settings_.drain + kKillAfterDrain;
  auto instance = std::make_shared<Supervised>(executor_, client_, std::move(role), watch, say_);
  asio::co_spawn(executor_, keep_running(instance), asio::detached);
  return instance;
}

Async<void> Fleet::keep_running(Instance instance) {
  const Result<void> outcome = co_await instance->run();
  if (!outcome && !failure_) failure_ = outcome.error();
  changed_.cancel();
}

Async<Result<void>> Fleet::start() {
  failure_.reset();
  if (settings_.redis_url.empty()) {
    redis_ = launch(redis_role(settings_.home, on_redis_line_));
    const bool ready = co_await redis_->wait_ready();
    if (!ready && !failure_) failure_ = make_error(ErrorKind::unavailable, "Redis did not become ready");
  }
  int left = static_cast<int>(units_.size());
  for (const auto& unit : units_) asio::co_spawn(executor_, start_unit(*unit, left), asio::detached);
  while (left > 0) co_await changed_.async_wait(asio::as_tuple(use_async));
  if (failure_) co_return fail(*failure_);
  if (stopping_) co_return fail(ErrorKind::cancelled, "asked to stop while starting");
  co_return Result<void>{};
}

Async<void> Fleet::start_unit(Unit& unit, int& left) {
  const auto needed_ready = [&] {
    const auto& needed = unit.entry->starts_after;
    return std::all_of(needed.begin(), needed.end(), [&](const auto& name) { return unit_of(name).ready; });
  };
  while (!failure_ && !stopping_ && !needed_ready()) co_await changed_.async_wait(asio::as_tuple(use_async));
  if (!failure_ && !stopping_) {
    if (unit.entry->start_delay.count() > 0) co_await sleep_for(unit.entry->start_delay);
    unit.ready = co_await start_instances(unit);
    if (!unit.ready && !stopping_ && !failure_) {
      failure_ = make_error(ErrorKind::unavailable, fmt::format("{} did not become ready", unit.entry->name));
    }
    if (failure_) give_up();
  }
  --left;
  changed_.cancel();
}

Async<bool> Fleet::start_instances(Unit& unit) {
  const auto wanted = options_.scale.find(std::string(unit.entry->name));
  const int count = wanted == options_.scale.end() ? 1 : wanted->second;
  while (static_cast<int>(unit.instances.size()) < count) unit.instances.push_back(launch(role_of(unit, unit.next++)));
  const std::vector<Instance> instances = unit.instances;
  for (const Instance& instance : instances) {
    const bool ready = co_await instance->wait_ready();
    if (!ready) co_return false;
  }
  co_return true;
}

void Fleet::give_up() {
  stopping_ = true;
  for (const auto& unit : units_) {
    for (const Instance& instance : unit->instances) instance->give_up();
    if (unit->stand_in) unit->stand_in->give_up();
  }
  if (redis_) redis_->give_up();
  changed_.cancel();
}

Async<void> Fleet::stop_one(Instance instance, std::chrono::milliseconds patience, int& left) {
  co_await instance->stop(patience);
  --left;
}

Async<void> Fleet::stop_together(std::vector<Instance> instances, std::chrono::milliseconds patience) {
  int left = static_cast<int>(instances.size());
  for (const Instance& instance : instances) {
    asio::co_spawn(executor_, stop_one(instance, patience, left), asio::detached);
  }
  while (left > 0) co_await sleep_for(5ms);
}

Async<void> Fleet::stop() {
  give_up();
  const auto until = std::chrono::steady_clock::now() + settings_.stop_timeout;
  const auto patience = [&] {
    const auto rest = std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    return std::clamp<std::chrono::milliseconds>(rest, 0ms, settings_.drain + kKillAfterDrain);
  };
  for (int depth = units_.back()->depth; depth >= 0; --depth) {
    std::vector<Instance> group;
    for (const auto& unit : units_) {
      if (unit->depth != depth) continue;
      group.insert(group.end(), unit->instances.begin(), unit->instances.end());
      if (unit->stand_in) group.push_back(unit->stand_in);
    }
    const auto group_patience = patience();
    co_await stop_together(std::move(group), group_patience);
  }
  if (redis_) co_await redis_->stop(std::max<std::chrono::milliseconds>(patience(), 1s));
}

std::string Fleet::gateway_address() const { return unit_of("api_gateway").instances.front()->address(); }

std::vector<std::string> Fleet::addresses() const {
  std::vector<std::string> known;
  const auto add = [&](const Instance& instance) {
    if (instance && !instance->address().empty()) known.push_back(instance->address());
  };
  for (const auto& unit : units_) {
    for (const Instance& instance : unit->instances) add(instance);
    add(unit->stand_in);
  }
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  return known;
}

std::vector<ProcessView> Fleet::views() const {
  std::vector<ProcessView> views;
  const auto add = [&](const Instance& instance, std::string_view service) {
    if (!instance) return;
    views.push_back({instance->name(), std::string(service), std::string(name_of(instance->state())),
                     instance->address(), instance->id(), instance->restarts(), instance->last_end()});
  };
  add(redis_, "redis");
  for (const auto& unit : units_) {
    for (const Instance& instance : unit->instances) add(instance, unit->entry->name);
    add(unit->stand_in, unit->entry->name);
  }
  return views;
}

bool Fleet::crash_looping() const {
  const auto views = this->views();
  return std::any_of(views.begin(), views.end(), [](const ProcessView& view) { return view.state == "crash-looping"; });
}

}  // namespace valion::app
