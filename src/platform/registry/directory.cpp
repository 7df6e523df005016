#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>

#include <random>
#include <utility>

#include "platform/registry/instance_set.hpp"
#include "platform/registry/pause.hpp"
#include "platform/registry/registry.hpp"
#include "platform/registry/scripts.hpp"

namespace valion::registry {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct Directory::State {
  State(redis::Client& client, RegistrySettings given) : redis(client), settings(std::move(given)), known(settings) {}

  redis::Client& redis;
  RegistrySettings settings;
  InstanceSet known;
  std::shared_ptr<redis::Client> watch;  // once started: the connection that waits for changes
  Pause pause;                           // of the watching
  Pause readers;                         // those who wait for a change
  bool fresh = false;
  SteadyTime last_contact = Clock::now();
  bool whole = false;  // nothing has been missed
  std::minstd_rand random{std::random_device{}()};

  void take(Loaded loaded) {
    known.take(std::move(loaded), Clock::now());
    whole = true;
    heard(true);
    readers.hurry();
  }
  void apply(const std::vector<Change>& changes) {
    heard(true);
    for (const Change& change : changes) whole = whole && known.apply(change, Clock::now());
    if (!changes.empty()) readers.hurry();
  }
  void heard(bool answered) {
    fresh = answered;
    if (answered) last_contact = Clock::now();
  }
  [[nodiscard]] std::uint64_t draw() { return (std::uint64_t{random()} << 32) ^ random(); }
};

namespace {

template <class State>
Async<Result<void>> refresh_now(std::shared_ptr<State> state) {
  Result<Loaded> loaded = co_await load(state->redis, state->settings);
  if (!loaded) {
    state->heard(false);
    co_return fail(std::move(loaded).error());
  }
  state->take(std::move(*loaded));
  co_return Result<void>();
}

// After silence or a loss: buries the lapsed, and finds out whether the log still goes on from where we stand.
template <class State>
Async<void> look_again(std::shared_ptr<State> state) {
  const Result<std::uint64_t> index = co_await settle(state->redis, state->settings);
  state->heard(index.has_value());
  state->known.forget_missing(Clock::now());
  if (index && *index < state->known.index()) state->whole = false;  // another Redis, or one that lost its data
}

template <class State>
Async<void> keep_watching(std::shared_ptr<State> state, Executor executor) {
  const std::shared_ptr<redis::Client> watch = state->watch;
  while (!state->pause.stopped()) {
    if (!state->whole) {
      const Result<void> seen = co_await refresh_now(state);
      if (state->pause.stopped()) break;
      if (!seen) {
        const bool go_on = co_await state->pause.wait(executor, state->settings.heartbeat / 4);
        static_cast<void>(go_on);
        continue;
      }
    }
    const auto changes =
        co_await wait_for_changes(*watch, state->settings, state->known.index(), state->settings.lease());
    if (state->pause.stopped()) break;
    if (changes && !changes->empty()) {
      state->apply(*changes);
      continue;
    }
    if (!changes) {
      state->heard(false);
      const bool refused = watch->connected();  // then asking again at once would only be refused again
      if (refused) {
        const bool go_on = co_await state->pause.wait(executor, state->settings.heartbeat / 4);
        static_cast<void>(go_on);
      }
      const bool back = co_await watch->wait_connected(state->settings.heartbeat);
      if (state->pause.stopped()) break;
      if (!back) continue;
    }
    co_await look_again(state);
  }
}

}  // namespace

Directory::Directory(redis::Client& redis, RegistrySettings settings)
    : state_(std::make_shared<State>(redis, std::move(settings))) {}

Directory::~Directory() {
  state_->pause.stop();
  state_->readers.stop();
  if (state_->watch) state_->watch->close();
}

void Directory::start(Executor executor) {
  redis::Settings watching = state_->redis.settings();
  watching.command_timeout += state_->settings.lease();
  watching.observer = nullptr;  // how long a change lets itself be waited for is no latency of Redis
  state_->watch = std::make_shared<redis::Client>(executor, std::move(watching));
  asio::co_spawn(executor, keep_watching(state_, executor), asio::detached);
}

Async<Result<void>> Directory::refresh() { return refresh_now(state_); }

std::vector<Instance> Directory::instances(const std::string& service) const { return state_->known.of(service); }

std::vector<Instance> Directory::all() const { return state_->known.all(); }

Result<Instance> Directory::pick(const std::string& service, const std::vector<std::string>& avoid) {
  return state_->known.pick(service, avoid, state_->draw(), Clock::now());
}

const Instance* Directory::choose(const std::string& service, const std::vector<std::string>& avoid) {
  return state_->known.choose(service, avoid, state_->draw(), Clock::now());
}

void Directory::begin(const std::string& id) { state_->known.begin(id); }

void Directory::end(const std::string& id, Latency latency, bool ok) {
  state_->known.end(id, latency, ok, Clock::now());
}

bool Directory::fresh() const noexcept { return state_->fresh; }

std::chrono::milliseconds Directory::since_contact() const {
  if (state_->fresh) return std::chrono::milliseconds(0);
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - state_->last_contact);
}

std::uint64_t Directory::index() const noexcept { return state_->known.index(); }

std::uint64_t Directory::index_of(const std::string& service) const { return state_->known.index_of(service); }

std::string Directory::leader() const { return state_->known.leader(); }

Async<void> Directory::wait_for_change(std::uint64_t known, std::chrono::milliseconds patience) {
  const std::shared_ptr<State> state = state_;
  const auto until = Clock::now() + patience;
  const Executor executor = co_await asio::this_coro::executor;
  while (state->known.index() <= known && !state->readers.stopped()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) break;
    const bool go_on = co_await state->readers.wait(executor, left);
    static_cast<void>(go_on);
  }
}

void Directory::release() { state_->readers.stop(); }

bool Directory::released() const noexcept { return state_->readers.stopped(); }

CallInFlight::CallInFlight(Directory& directory, std::string id)
    : directory_(&directory), id_(std::move(id)), began_(Clock::now()) {
  directory_->begin(id_);
}

CallInFlight::CallInFlight(CallInFlight&& other) noexcept
    : directory_(std::exchange(other.directory_, nullptr)),
      id_(std::move(other.id_)),
      began_(other.began_),
      ok_(other.ok_) {}

CallInFlight::~CallInFlight() {
  if (directory_ != nullptr) directory_->end(id_, Clock::now() - began_, ok_);
}

}  // namespace valion::registry
