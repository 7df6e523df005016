#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

#include "platform/registry/pause.hpp"
#include "platform/registry/record.hpp"
#include "platform/registry/registry.hpp"
#include "platform/registry/scripts.hpp"

namespace valion::registry {

struct Registration::State {
  redis::Client& redis;
  RegistrySettings settings;
  Instance self;
  Pause pause;
};

namespace {

// A beat that fails is not repeated: the next one says it all again, and the next one comes as soon as Redis is back.
template <class State>
Async<void> keep_registered(std::shared_ptr<State> state, Executor executor) {
  while (!state->pause.stopped()) {
    const auto written = co_await beat(state->redis, state->settings, state->self);
    if (state->pause.stopped()) break;
    if (!written && !state->redis.connected()) {
      const bool back = co_await state->redis.wait_connected(state->settings.heartbeat);
      static_cast<void>(back);
    } else {
      const bool go_on = co_await state->pause.wait(executor, state->settings.heartbeat);
      static_cast<void>(go_on);
    }
  }
}

}  // namespace

Registration::Registration(redis::Client& redis, RegistrySettings settings, Instance self)
    : state_(std::make_shared<State>(State{redis, std::move(settings), std::move(self), {}})) {}

Registration::~Registration() { state_->pause.stop(); }

void Registration::start(Executor executor) {
  asio::co_spawn(executor, keep_registered(state_, executor), asio::detached);
}

void Registration::announce(Status status) {
  state_->self.status = status;
  state_->pause.hurry();
}

// A beat already under way went out before this command on the same connection, so it has the last word.
Async<void> Registration::leave() {
  const std::shared_ptr<State> state = state_;
  state->pause.stop();
  const std::string member = member_of(state->self);
  const auto removed = co_await remove(state->redis, state->settings, member);
  static_cast<void>(removed);  // with Redis away the lease ends by itself
}

}  // namespace valion::registry
