#include "services/service_registry/prober.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/wait_traits.hpp>

#include <map>
#include <set>

#include "platform/registry/pause.hpp"
#include "platform/registry/record.hpp"
#include "services/service_registry/external_service.hpp"

namespace valion::registry {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProbeTimeout{1'000};  // of our own processes
constexpr std::size_t kLongestReason = 300;

}  // namespace

// Owned by the probing coroutines as well, so that one which outlives the service finds its histories still there.
struct Prober::State {
  ServiceContext& context;
  RegistrySettings settings;
  Thresholds thresholds;
  Pause pause;
  std::uint64_t term = 0;
  std::map<std::string, ProbeHistory> histories;     // by member
  std::map<std::string, SteadyTime> next_probe;      // by member
  std::map<std::string, SteadyTime> critical_since;  // registered services, by member
  std::set<std::string> being_probed;                // members
  Externals externals;
  std::string epoch;  // of the Redis in which the externals were last seen

  [[nodiscard]] bool stopping() const { return pause.stopped(); }

  void forget() {
    histories.clear();
    next_probe.clear();
    critical_since.clear();
  }
  // A verdict that another leader left is where we begin.
  ProbeHistory& history_of(const std::string& member, const Instance& instance) {
    const auto [place, is_new] = histories.try_emplace(member);
    if (is_new) place->second.verdict = instance.verdict;
    return place->second;
  }
};

namespace {

using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

http::ClientRequest request_to(std::string host, std::uint16_t port, std::string target,
                               std::chrono::milliseconds timeout) {
  http::ClientRequest request;
  request.host = std::move(host);
  request.port = port;
  request.target = std::move(target);
  request.timeout = timeout;
  return request;
}

Async<Result<void>> ask(ServiceContext& context, http::ClientRequest request) {
  const auto answer = co_await http::fetch(context.http, std::move(request), 1u << 20);
  if (!answer) co_return fail(answer.error());
  co_return Result<void>();
}

Async<Result<void>> connect(Executor executor, std::string host, std::uint16_t port,
                            std::chrono::milliseconds timeout) {
  using asio::ip::tcp;
  asio::basic_stream_socket<tcp, Executor> socket(executor);
  boost::system::error_code bad_address;
  const auto address = asio::ip::make_address(host, bad_address);
  if (bad_address) co_return fail(ErrorKind::invalid, "a TCP check wants an address in numbers, not " + host);
  Timer deadline(executor, timeout);
  deadline.async_wait([&socket](const boost::system::error_code& cancelled) {
    boost::system::error_code ignored;
    if (!cancelled) socket.close(ignored);
  });
  const tcp::endpoint endpoint(address, port);
  const auto [error] = co_await socket.async_connect(endpoint, asio::as_tuple(use_async));
  deadline.cancel();
  if (error) co_return fail(ErrorKind::unavailable, error.message());
  co_return Result<void>();
}

template <class State>
Async<Result<void>> check(std::shared_ptr<State> state, Instance instance, std::optional<External> external) {
  if (!external) {
    http::ClientRequest request = request_to(instance.host, instance.port, "/health/ready", kProbeTimeout);
    co_return co_await ask(state->context, std::move(request));
  }
  if (external->kind == CheckKind::http) {
    http::ClientRequest request = request_to(external->host, external->port, external->target, external->timeout);
    co_return co_await ask(state->context, std::move(request));
  }
  if (external->kind == CheckKind::tcp) {
    co_return co_await connect(state->context.executor, external->host, external->port, external->timeout);
  }
  VALION_CO_TRY_ASSIGN(const std::string reported,
                       co_await read_ttl(state->context.redis, state->settings, instance.id));
  if (reported.empty()) co_return fail(ErrorKind::expired, "TTL expired");
  if (verdict_of(reported) == Verdict::passing) co_return Result<void>();
  const auto space = reported.find(' ');
  co_return fail(ErrorKind::unavailable, space == std::string::npos ? "reported" : reported.substr(space + 1));
}

void tell_change(ServiceContext& context, const std::string& member, const ProbeHistory& history) {
  context.log.info("an instance changed its state",
                   {{"subject", member}, {"passing", history.verdict == Verdict::passing}, {"why", history.output}});
}

// A TTL is a statement, not a measurement: it needs no second one.
Thresholds thresholds_for(const std::optional<External>& external, Thresholds configured) {
  return external && external->kind == CheckKind::ttl ? Thresholds{1, 1} : configured;
}

template <class State>
Async<void> publish(std::shared_ptr<State> state, std::vector<VerdictOn> verdicts) {
  const auto published =
      co_await publish_verdicts(state->context.redis, state->settings, state->context.self.id, state->term, verdicts);
  if (published || published.error().kind != ErrorKind::conflict)
    co_return;  // with Redis away the next round says it again
  if (state->term != 0) state->context.log.warning("deposed: " + published.error().message);
  state->term = 0;
}

// One instance, one question, one verdict.
template <class State>
Async<void> probe(std::shared_ptr<State> state, Instance instance, std::optional<External> external) {
  const std::string member = member_of(instance);
  const Result<void> answer = co_await check(state, instance, external);
  state->being_probed.erase(member);
  if (state->stopping() || state->term == 0) co_return;
  const bool redis_is_away = external && external->kind == CheckKind::ttl && !answer &&
                             answer.error().kind != ErrorKind::expired && !state->context.redis.connected();
  if (redis_is_away) co_return;  // says nothing about the service
  ProbeHistory& history = state->history_of(member, instance);
  const Verdict before = history.verdict;
  const Thresholds thresholds = thresholds_for(external, state->thresholds);
  history = answer ? after_success(history, thresholds)
                   : after_failure(history, thresholds, answer.error().message.substr(0, kLongestReason));
  const Verdict verdict = history.verdict;
  if (verdict != Verdict::critical) {
    state->critical_since.erase(member);
  } else if (external) {
    state->critical_since.try_emplace(member, Clock::now());
  }
  if (verdict == before) co_return;
  tell_change(state->context, member, history);
  std::vector<VerdictOn> verdicts;
  verdicts.push_back({member, verdict, history.output});
  co_await publish(state, std::move(verdicts));
}

// Registered services: after a loss of Redis written back, with each round kept alive, when long critical taken away.
template <class State>
Async<void> tend_externals(std::shared_ptr<State> state) {
  redis::Client& redis = state->context.redis;
  auto seen = co_await read_externals(redis, state->settings);
  if (!seen) co_return;
  if (!state->epoch.empty() && seen->epoch != state->epoch && !state->externals.empty()) {
    const auto restored = co_await restore_externals(redis, state->settings, state->externals);
    if (!restored) co_return;
    auto again = co_await read_externals(redis, state->settings);
    if (!again) co_return;
    seen = std::move(again);
  }
  state->epoch = seen->epoch;
  state->externals = std::move(seen->externals);
  const Externals externals = state->externals;
  for (const auto& [id, external] : externals) {
    if (state->stopping()) co_return;
    const auto since = state->critical_since.find(member_of(external.instance));
    const bool too_long = external.deregister_after.count() > 0 && since != state->critical_since.end() &&
                          Clock::now() - since->second >= external.deregister_after;
    if (too_long) {
      const auto removed = co_await deregister_external(redis, state->settings, id);
      if (removed)
        state->context.log.info("a service was critical for too long and is deregistered", {{"subject", id}});
      state->externals.erase(id);
    } else {
      Instance instance = external.instance;
      instance.lease = state->settings.lease();
      const auto written = co_await beat(redis, state->settings, instance);
      static_cast<void>(written);  // the next round says it again
    }
  }
}

// All at once: one that hangs must not hold up the verdicts on the others.
template <class State>
void probe_all(std::shared_ptr<State> state) {
  const std::vector<Instance> instances = state->context.directory.all();
  std::set<std::string> present;
  for (const Instance& instance : instances) {
    const std::string member = member_of(instance);
    present.insert(member);
    std::optional<External> external;
    if (instance.external) {
      const auto known = state->externals.find(instance.id);
      if (known == state->externals.end()) continue;
      external = known->second;
    }
    const auto due = state->next_probe.find(member);
    if (due != state->next_probe.end() && due->second > Clock::now()) continue;
    if (!state->being_probed.insert(member).second) continue;
    if (external && external->kind != CheckKind::ttl) state->next_probe[member] = Clock::now() + external->interval;
    asio::co_spawn(state->context.executor, probe(state, instance, std::move(external)), asio::detached);
  }
  const auto absent = [&](const auto& entry) { return !present.contains(entry.first); };
  std::erase_if(state->histories, absent);
  std::erase_if(state->next_probe, absent);
  std::erase_if(state->critical_since, absent);
}

template <class State>
std::vector<VerdictOn> all_verdicts(const State& state) {
  std::vector<VerdictOn> verdicts;
  for (const auto& [member, history] : state.histories) verdicts.push_back({member, history.verdict, history.output});
  return verdicts;
}

template <class State>
Async<void> keep_probing(std::shared_ptr<State> state) {
  ServiceContext& context = state->context;
  while (!state->stopping()) {
    const std::uint64_t before = state->term;
    const auto leadership = co_await lead(context.redis, state->settings, context.self.id);
    if (state->stopping()) break;
    // With Redis away nobody can tell who leads; what is found out meanwhile is published when it is back, if we still lead.
    if (leadership) state->term = leadership->term;
    if (state->term != before) {
      state->forget();
      const std::string now_leading = leadership ? leadership->leader : "";
      context.log.info("the leading registry changed", {{"leader", now_leading}, {"leads", state->term != 0}});
    }
    if (state->term != 0) {
      co_await tend_externals(state);
      if (state->stopping()) break;
      std::vector<VerdictOn> verdicts = all_verdicts(*state);
      co_await publish(state, std::move(verdicts));
      if (state->stopping()) break;
      probe_all(state);
    }
    const bool go_on = co_await state->pause.wait(context.executor, state->settings.heartbeat);
    static_cast<void>(go_on);
  }
}

}  // namespace

Prober::Prober(ServiceContext& context, RegistrySettings settings, Thresholds thresholds)
    : state_(std::make_shared<State>(State{context, std::move(settings), thresholds, {}, 0, {}, {}, {}, {}, {}, {}})) {}

Prober::~Prober() { state_->pause.stop(); }

void Prober::start() { asio::co_spawn(state_->context.executor, keep_probing(state_), asio::detached); }

Async<void> Prober::stop() {
  const std::shared_ptr<State> state = state_;
  state->pause.stop();
  state->term = 0;
  const auto resigned = co_await resign(state->context.redis, state->settings, state->context.self.id);
  static_cast<void>(resigned);  // with Redis away the lease ends by itself
}

bool Prober::leads() const noexcept { return state_->term != 0; }

std::uint64_t Prober::term() const noexcept { return state_->term; }

std::size_t Prober::probed() const noexcept { return state_->histories.size(); }

}  // namespace valion::registry
