#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <random>
#include <utility>

#include "platform/redis/address.hpp"
#include "platform/redis/link.hpp"
#include "platform/redis/redis.hpp"
#include "platform/redis/resp.hpp"

namespace valion::redis {
namespace {

constexpr std::chrono::milliseconds kFirstPause{50};

}  // namespace

struct Client::State : std::enable_shared_from_this<Client::State> {
  State(Executor loop, Settings given)
      : executor(loop), settings(std::move(given)), address(Address::parse(settings.url)), pause_timer(loop) {}

  Executor executor;
  Settings settings;
  Address address;
  std::shared_ptr<Link> link;  // the present attempt, or the connection
  bool connected = false;
  bool closed = false;
  std::string last_failure = "not yet connected";
  std::chrono::milliseconds pause = first_pause();
  Timer pause_timer;
  std::vector<std::weak_ptr<Timer>> hopeful;  // those in wait_connected()

  [[nodiscard]] std::chrono::milliseconds first_pause() const { return std::min(kFirstPause, settings.longest_pause); }

  void wake_hopeful() {
    for (const auto& each : std::exchange(hopeful, {})) {
      if (const auto timer = each.lock()) timer->cancel();
    }
  }

  void tell_observer(bool up) const {
    if (settings.observer) settings.observer->connection(up);
  }

  void close() {
    if (connected) tell_observer(false);
    closed = true;
    connected = false;
    pause_timer.cancel();
    if (link) link->close(make_error(ErrorKind::cancelled, "the Redis client was closed"));
    wake_hopeful();
  }

  [[nodiscard]] Error unavailable() const {
    return make_error(ErrorKind::unavailable, "Redis at " + address.shown + " is not connected: " + last_failure);
  }
};

namespace {

// What makes a connection usable: credentials, database, and the proof that Redis answers (it refuses PING while it loads).
std::vector<std::vector<std::string>> greeting(const Address& address) {
  std::vector<std::vector<std::string>> commands;
  if (!address.password.empty() && address.user.empty()) commands.push_back({"AUTH", address.password});
  if (!address.password.empty() && !address.user.empty()) commands.push_back({"AUTH", address.user, address.password});
  if (address.database != 0) commands.push_back({"SELECT", std::to_string(address.database)});
  commands.push_back({"PING"});
  return commands;
}

template <class State>
Async<void> greet(std::shared_ptr<State> state, std::shared_ptr<Link> link) {
  const auto commands = greeting(state->address);
  for (const auto& command : commands) {
    const auto reply = co_await link->exchange(to_resp(command), state->settings.command_timeout);
    if (!reply) {
      link->close(make_error(ErrorKind::unavailable, reply.error().message));
      co_return;
    }
  }
  if (link->closed() || state->closed) co_return;
  state->connected = true;
  state->tell_observer(true);
  state->pause = state->first_pause();
  state->wake_hopeful();
}

template <class State>
Async<void> stay_connected(std::shared_ptr<State> state) {
  std::minstd_rand random{std::random_device{}()};
  while (!state->closed) {
    const auto link = std::make_shared<Link>(state->executor, state->settings.observer);
    state->link = link;
    const auto opened = co_await link->connect(state->address, state->settings.command_timeout);
    if (opened) {
      asio::co_spawn(state->executor, greet(state, link), asio::detached);
      co_await link->read_until_closed();
    }
    if (state->connected) state->tell_observer(false);
    state->connected = false;
    state->last_failure = opened ? link->closed()->message : opened.error().message;
    if (state->closed) break;
    // Many processes lose one Redis at the same moment: they must not come back in step.
    const auto most = state->pause.count();
    state->pause_timer.expires_after(
        std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{most - most / 4, most}(random)});
    const auto waited = co_await state->pause_timer.async_wait(asio::as_tuple(use_async));
    static_cast<void>(waited);  // elapsed, or cut short by close()
    state->pause = std::min(2 * state->pause, state->settings.longest_pause);
  }
}

}  // namespace

Client::Client(Executor executor, Settings settings) : state_(std::make_shared<State>(executor, std::move(settings))) {
  asio::co_spawn(executor, stay_connected(state_), asio::detached);
}

Client::~Client() { state_->close(); }

void Client::close() { state_->close(); }

bool Client::connected() const noexcept { return state_->connected; }

const Settings& Client::settings() const noexcept { return state_->settings; }

Async<Result<Reply>> Client::command(std::vector<std::string> arguments, trace::Parent parent) {
  if (arguments.empty()) co_return fail(ErrorKind::internal, "a Redis command needs a name");
  if (state_->closed) co_return fail(ErrorKind::cancelled, "the Redis client was closed");
  if (!state_->connected) co_return fail(state_->unavailable());
  const std::shared_ptr<Link> link = state_->link;  // the client may be gone when the answer comes
  trace::Span span = trace::begin(parent, arguments.front(), trace::SpanKind::client);
  if (span.recording()) span.set("db.system.name", std::string("redis"));
  auto reply = co_await link->exchange(to_resp(arguments), state_->settings.command_timeout);
  if (!reply) span.fail(reply.error().message);
  co_return reply;
}

Async<bool> Client::wait_connected(std::chrono::milliseconds patience) {
  const std::shared_ptr<State> state = state_;
  if (state->connected || state->closed) co_return state->connected;
  const auto timer = std::make_shared<Timer>(state->executor, patience);
  state->hopeful.push_back(timer);
  const auto waited = co_await timer->async_wait(asio::as_tuple(use_async));
  static_cast<void>(waited);  // in vain, or cut short by the connection
  co_return state->connected;
}

}  // namespace valion::redis
