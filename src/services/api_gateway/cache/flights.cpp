#include "services/api_gateway/cache/flights.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace valion::gateway::cache {
namespace {

using Clock = std::chrono::steady_clock;
using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

struct Waiter {
  Alarm alarm;
  bool released = false;
};

using Waiters = std::vector<std::shared_ptr<Waiter>>;

}  // namespace

struct Flights::State {
  Executor executor;
  std::unordered_map<std::uint64_t, Waiters> flights;

  void end(std::uint64_t key) {
    const auto flight = flights.find(key);
    if (flight == flights.end()) return;
    const Waiters waiters = std::move(flight->second);
    flights.erase(flight);
    for (const auto& waiter : waiters) {
      waiter->released = true;
      waiter->alarm.cancel();
    }
  }
};

struct Flights::Lead::State {
  State(std::weak_ptr<Flights::State> all, std::uint64_t wanted) : flights(std::move(all)), key(wanted) {}
  ~State() {
    if (const auto all = flights.lock()) all->end(key);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::weak_ptr<Flights::State> flights;
  std::uint64_t key;
};

Flights::Lead::Lead(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Flights::Lead::Lead(Lead&&) noexcept = default;
Flights::Lead& Flights::Lead::operator=(Lead&&) noexcept = default;
Flights::Lead::~Lead() = default;

Flights::Flights(Executor executor) : state_(std::make_shared<State>(State{executor, {}})) {}

Flights::~Flights() {
  while (!state_->flights.empty()) state_->end(state_->flights.begin()->first);
}

bool Flights::under_way(std::uint64_t key) const noexcept { return state_->flights.contains(key); }

std::optional<Flights::Lead> Flights::lead(std::uint64_t key) {
  if (!state_->flights.try_emplace(key).second) return std::nullopt;
  return Lead(std::make_unique<Lead::State>(state_, key));
}

Async<bool> Flights::wait(std::uint64_t key, std::chrono::milliseconds patience) {
  const std::shared_ptr<State> state = state_;
  const auto flight = state->flights.find(key);
  if (flight == state->flights.end()) co_return true;
  const auto waiter = std::make_shared<Waiter>(Waiter{Alarm(state->executor), false});
  flight->second.push_back(waiter);
  waiter->alarm.expires_after(patience);
  const auto ended = co_await waiter->alarm.async_wait(asio::as_tuple(use_async));
  static_cast<void>(ended);
  const bool released = waiter->released;
  if (!released) {
    const auto still = state->flights.find(key);
    if (still != state->flights.end()) std::erase(still->second, waiter);
  }
  co_return released;
}

}  // namespace valion::gateway::cache
