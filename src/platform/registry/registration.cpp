#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <utility>

#include "platform/registry/pause.hpp"
#include "platform/registry/record.hpp"
#include "platform/registry/registry.hpp"

namespace valion::registry {
namespace {

// SET key value PX lease: the whole record each time, so that a Redis that lost everything is whole again after one beat.
Async<Result<redis::Reply>> set_leased(redis::Client& redis, std::string key, std::string value,
                                       std::chrono::milliseconds lease) {
  std::vector<std::string> command;
  command.emplace_back("SET");
  command.push_back(std::move(key));
  command.push_back(std::move(value));
  command.emplace_back("PX");
  command.push_back(std::to_string(lease.count()));
  co_return co_await redis.command(std::move(command));
}

Async<Result<redis::Reply>> three_words(redis::Client& redis, std::string verb, std::string key, std::string member) {
  std::vector<std::string> command;
  command.push_back(std::move(verb));
  command.push_back(std::move(key));
  command.push_back(std::move(member));
  co_return co_await redis.command(std::move(command));
}

}  // namespace

struct Registration::State {
  redis::Client& redis;
  RegistrySettings settings;
  Instance self;
  Pause pause;
};

namespace {

// A beat that fails is not repeated: the next one says it all again.
template <class State>
Async<void> keep_registered(std::shared_ptr<State> state, Executor executor) {
  const std::string member = member_of(state->self);
  while (!state->pause.stopped()) {
    const auto written = co_await set_leased(state->redis, instance_key(state->settings, member),
                                             encode_record(state->self), state->settings.lease());
    if (state->pause.stopped()) break;
    if (written) {
      const auto indexed = co_await three_words(state->redis, "SADD", index_key(state->settings), member);
      (void)indexed;
    }
    const bool go_on = co_await state->pause.wait(executor, state->settings.heartbeat);
    if (!go_on) break;
  }
}

}  // namespace

Registration::Registration(redis::Client& redis, RegistrySettings settings, Instance self)
    : state_(std::make_shared<State>(State{redis, std::move(settings), std::move(self), {}})) {}

Registration::~Registration() { state_->pause.stop(); }

void Registration::start(Executor executor) {
  asio::co_spawn(executor, keep_registered(state_, executor), asio::detached);
}

// A beat already under way went out before these commands on the same connection, so they have the last word.
Async<void> Registration::leave() {
  const std::shared_ptr<State> state = state_;
  state->pause.stop();
  const std::string member = member_of(state->self);
  std::vector<std::string> remove;
  remove.emplace_back("DEL");
  remove.push_back(instance_key(state->settings, member));
  const auto removed = co_await state->redis.command(std::move(remove));
  const auto unlisted = co_await three_words(state->redis, "SREM", index_key(state->settings), member);
  (void)removed, (void)unlisted;  // with Redis away the lease ends by itself
}

Async<Result<void>> publish_verdict(redis::Client& redis, const RegistrySettings& settings,
                                    const std::string& instance_id, Verdict verdict) {
  const auto written =
      co_await set_leased(redis, health_key(settings, instance_id), text_of(verdict), settings.lease());
  if (!written) co_return fail(written.error());
  co_return Result<void>();
}

}  // namespace valion::registry
