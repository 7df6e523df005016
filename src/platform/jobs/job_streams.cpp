#include "platform/jobs/job_streams.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/wait_traits.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <memory>
#include <utility>

namespace valion::jobs {
namespace {

using namespace std::chrono_literals;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr auto kBlock = 1'000ms;        // of one read
constexpr auto kReadTimeout = 3'000ms;  // after which Redis is taken for hung
constexpr auto kPauseAfterError = 100ms;
constexpr std::size_t kMostAtOnce = 500;
constexpr auto kForgetConsumers = 3'600'000;  // ms of silence
const std::string kGroup = "workers";
const std::string kSignals = "valion:jobs:signals";
// One message each, atomically, in one round trip. The streams are bounded: what is cut off is found in SQL.
const std::string kAnnounce =
    "for i = 1, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', 100000, '*', 'job', ARGV[i]) end return #ARGV";

std::string stream_of(const std::string& service, Priority priority) {
  return "valion:jobs:" + service + ":" + std::string(name_of(priority));
}

std::array<std::string, 3> streams_of(const std::string& service) {
  return {stream_of(service, Priority::high), stream_of(service, Priority::normal), stream_of(service, Priority::low)};
}

// Of an array of entries [id, [field, value, …]]; deleted ones have no fields.
std::vector<Permit> permits_in(const std::string& stream, const redis::Reply& entries) {
  std::vector<Permit> permits;
  for (const redis::Reply& entry : entries.elements) {
    if (!entry.elements.empty()) permits.push_back({stream, entry.elements.front().text});
  }
  return permits;
}

// The reply of XREAD and XREADGROUP: [[stream, entries], …], nothing after a silent block.
std::vector<Permit> permits_in(const redis::Reply& reply) {
  std::vector<Permit> permits;
  for (const redis::Reply& stream : reply.elements) {
    if (stream.elements.size() < 2) continue;
    for (Permit& one : permits_in(stream.elements[0].text, stream.elements[1])) permits.push_back(std::move(one));
  }
  return permits;
}

redis::Settings for_blocking(redis::Settings settings) {
  settings.command_timeout = kReadTimeout;
  settings.observer = nullptr;  // a read that waits is not a slow Redis
  return settings;
}

struct Ready {
  std::string id;
  trace::Parent span;
};

}  // namespace

struct JobStreams::State {
  State(Executor loop, redis::Client& client, redis::Settings settings, std::string service_name, std::string id,
        JobTiming job_timing)
      : executor(loop),
        commands(client),
        blocking(for_blocking(std::move(settings))),
        places(loop, Timer::time_point::max()),
        service(std::move(service_name)),
        instance(std::move(id)),
        timing(job_timing) {}

  Executor executor;
  redis::Client& commands;
  const redis::Settings blocking;
  std::unique_ptr<redis::Client> permits;  // null together with `runner`
  std::unique_ptr<redis::Client> signals;
  Timer places;  // cancelled when the runner wants permits again
  std::atomic<bool> waits_for_places{false};
  const std::string service;
  const std::string instance;
  const JobTiming timing;
  JobRunner* attached = nullptr;
  trace::Tracer tracer;
  JobRunner* runner = nullptr;  // null: stop reading

  void pass_on(std::vector<Permit> found) const {
    if (runner != nullptr && !found.empty()) runner->permit(std::move(found));
  }
  void look() const {
    if (attached != nullptr) attached->look_now();
  }
};

namespace {

Async<Result<void>> announce(redis::Client& redis, std::string stream, std::vector<std::string> ids) {
  std::vector<std::string> command{"EVAL", kAnnounce, "1", std::move(stream)};
  for (std::string& id : ids) command.push_back(std::move(id));
  auto done = co_await redis.command(std::move(command));
  if (!done) co_return fail(std::move(done).error());
  co_return Result<void>{};
}

template <class State>
Async<void> announce_or_look(std::shared_ptr<State> state, std::string stream, std::vector<Ready> some) {
  std::vector<std::string> ids;
  std::vector<trace::Span> spans;  // one command, in the traces of all whose jobs it announces
  for (Ready& job : some) {
    ids.push_back(std::move(job.id));
    trace::Span span = trace::begin(job.span, "EVAL", trace::SpanKind::client);
    if (!span.recording()) continue;
    span.set("db.system.name", std::string("redis"));
    spans.push_back(std::move(span));
  }
  const auto done = co_await announce(state->commands, std::move(stream), std::move(ids));
  for (trace::Span& span : spans) {
    if (!done) span.fail(done.error().message);
    span.end();
  }
  if (!done) state->look();
}

template <class State>
Async<void> acknowledge(std::shared_ptr<State> state, std::string stream, std::vector<std::string> entries) {
  std::vector<std::string> confirm{"XACK", stream, kGroup};
  std::vector<std::string> remove{"XDEL", stream};
  confirm.insert(confirm.end(), entries.begin(), entries.end());
  remove.insert(remove.end(), entries.begin(), entries.end());
  // An error leaves the entries to whoever takes them over, and a permit too many does no harm.
  const auto confirmed = co_await state->commands.command(std::move(confirm));
  if (confirmed) {
    const auto removed = co_await state->commands.command(std::move(remove));
    static_cast<void>(removed);
  }
}

// False when Redis does not answer. A group that had to be made says that Redis is new or was wiped.
template <class State>
Async<bool> make_groups(std::shared_ptr<State> state) {
  bool made = false;
  const auto streams = streams_of(state->service);
  for (const std::string& stream : streams) {
    if (state->runner == nullptr) co_return false;
    std::vector<std::string> create{"XGROUP", "CREATE", stream, kGroup, "0", "MKSTREAM"};
    const auto created = co_await state->permits->command(std::move(create));
    if (created) made = true;
    if (!created && created.error().message.find("BUSYGROUP") == std::string::npos) co_return false;
  }
  if (made && state->runner != nullptr) state->runner->announce_waiting();
  co_return true;
}

// Instances that died leave a consumer for ever; those without entries are removed.
template <class State>
Async<void> forget_dead_consumers(std::shared_ptr<State> state) {
  const auto streams = streams_of(state->service);
  for (const std::string& stream : streams) {
    if (state->runner == nullptr) co_return;
    std::vector<std::string> ask{"XINFO", "CONSUMERS", stream, kGroup};
    const auto consumers = co_await state->permits->command(std::move(ask));
    if (!consumers) co_return;
    for (const redis::Reply& consumer : consumers->elements) {  // name …, pending …, idle …
      if (consumer.elements.size() < 6) continue;
      const bool dead = consumer.elements[3].integer == 0 && consumer.elements[5].integer > kForgetConsumers;
      if (!dead) continue;
      if (state->runner == nullptr) co_return;
      std::vector<std::string> remove{"XGROUP", "DELCONSUMER", stream, kGroup, consumer.elements[1].text};
      const auto removed = co_await state->permits->command(std::move(remove));
      if (!removed) co_return;
    }
  }
}

// Permits that a dead instance read but did not use.
template <class State>
Async<void> take_over(std::shared_ptr<State> state) {
  const std::string idle = std::to_string((state->timing.stale_after() + kBlock).count());
  const auto streams = streams_of(state->service);
  for (const std::string& stream : streams) {
    if (state->runner == nullptr) co_return;
    std::vector<std::string> claim{"XAUTOCLAIM", stream, kGroup, state->instance, idle, "0-0", "COUNT", "100"};
    const auto reply = co_await state->permits->command(std::move(claim));
    if (reply && reply->elements.size() >= 2) state->pass_on(permits_in(stream, reply->elements[1]));
  }
}

template <class State>
Async<void> wait_for_places(std::shared_ptr<State> state) {
  state->places.expires_after(kBlock);
  state->waits_for_places = true;
  const auto waited = co_await state->places.async_wait(asio::as_tuple(use_async));
  static_cast<void>(waited);  // cancelled, or to look again
  state->waits_for_places = false;
}

template <class State>
Async<void> read_some_permits(std::shared_ptr<State> state, std::size_t wanted, bool& groups) {
  const auto streams = streams_of(state->service);
  std::vector<std::string> read{"XREADGROUP", "GROUP",
                                kGroup,       state->instance,
                                "COUNT",      std::to_string(std::min(wanted, kMostAtOnce)),
                                "BLOCK",      std::to_string(kBlock.count()),
                                "STREAMS"};
  read.insert(read.end(), streams.begin(), streams.end());
  read.insert(read.end(), streams.size(), ">");
  const auto reply = co_await state->permits->command(std::move(read));
  if (reply) {
    state->pass_on(permits_in(*reply));
    co_return;
  }
  groups = false;  // gone, perhaps: look again
  state->look();
  co_await sleep_for(kPauseAfterError);
}

template <class State>
Async<void> read_permits(std::shared_ptr<State> state) {
  bool groups = false;
  auto next_take_over = std::chrono::steady_clock::now();
  while (state->runner != nullptr) {
    const bool connected = co_await state->permits->wait_connected(kBlock);
    if (state->runner == nullptr) break;
    if (!connected) {
      groups = false;
      continue;
    }
    if (!groups) {
      groups = co_await make_groups(state);
      if (!groups) co_await sleep_for(kPauseAfterError);
      if (groups) co_await forget_dead_consumers(state);
      continue;
    }
    const std::size_t wanted = state->runner->permits_wanted();
    if (wanted == 0) {
      co_await wait_for_places(state);
      continue;
    }
    if (std::chrono::steady_clock::now() >= next_take_over) {
      next_take_over = std::chrono::steady_clock::now() + state->timing.stale_after();
      co_await take_over(state);
      continue;
    }
    co_await read_some_permits(state, wanted, groups);
  }
}

// The id of the newest signal, or nothing when Redis does not answer.
Async<std::optional<std::string>> newest_signal(redis::Client& redis) {
  std::vector<std::string> ask{"XREVRANGE", kSignals, "+", "-", "COUNT", "1"};
  const auto reply = co_await redis.command(std::move(ask));
  if (!reply) co_return std::nullopt;
  const bool none = reply->elements.empty() || reply->elements[0].elements.empty();
  co_return none ? "0-0" : reply->elements[0].elements[0].text;
}

template <class State>
void hear(const State& state, const redis::Reply& reply, std::string& last) {
  for (const redis::Reply& stream : reply.elements) {
    if (stream.elements.size() < 2) continue;
    for (const redis::Reply& entry : stream.elements[1].elements) {
      if (entry.elements.size() < 2) continue;
      last = entry.elements[0].text;
      const auto& fields = entry.elements[1].elements;
      for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
        if (fields[i].text == "cancel" && state.runner != nullptr) state.runner->cancel(fields[i + 1].text);
      }
    }
  }
}

template <class State>
Async<void> read_signals(std::shared_ptr<State> state) {
  std::optional<std::string> last;
  while (state->runner != nullptr) {
    const bool connected = co_await state->signals->wait_connected(kBlock);
    if (state->runner == nullptr) break;
    if (!connected) continue;
    if (!last) {
      last = co_await newest_signal(*state->signals);
      if (!last) co_await sleep_for(kPauseAfterError);
      continue;
    }
    std::vector<std::string> read{"XREAD", "BLOCK", std::to_string(kBlock.count()), "STREAMS", kSignals, *last};
    const auto reply = co_await state->signals->command(std::move(read));
    if (reply) {
      hear(*state, *reply, *last);
    } else {
      last.reset();  // a new Redis counts anew
      co_await sleep_for(kPauseAfterError);
    }
  }
}

}  // namespace

JobStreams::JobStreams(Executor executor, redis::Client& commands, redis::Settings settings, std::string service,
                       std::string instance, JobTiming timing)
    : state_(std::make_shared<State>(executor, commands, std::move(settings), std::move(service), std::move(instance),
                                     timing)) {}

JobStreams::~JobStreams() {
  if (state_->attached != nullptr) state_->attached->attach(nullptr);
  leave();
}

void JobStreams::trace(trace::Tracer tracer) { state_->tracer = std::move(tracer); }

void JobStreams::start(JobRunner& runner) {
  runner.attach(this);
  state_->attached = &runner;
  if (!runner.handles_any()) return;  // it only submits
  state_->runner = &runner;
  state_->permits = std::make_unique<redis::Client>(state_->executor, state_->blocking);
  state_->signals = std::make_unique<redis::Client>(state_->executor, state_->blocking);
  asio::co_spawn(state_->executor, read_permits(state_), asio::detached);
  asio::co_spawn(state_->executor, read_signals(state_), asio::detached);
}

void JobStreams::leave() {
  state_->attached = nullptr;
  state_->runner = nullptr;
  state_->permits.reset();
  state_->signals.reset();
  state_->places.cancel();
}

Async<void> JobStreams::close() {
  leave();
  const auto state = state_;
  const auto streams = streams_of(state->service);
  for (const std::string& stream : streams) {
    std::vector<std::string> remove{"XGROUP", "DELCONSUMER", stream, kGroup, state->instance};
    const auto removed = co_await state->commands.command(std::move(remove));
    static_cast<void>(removed);  // a consumer that stays is removed by another instance
  }
}

void JobStreams::ready(std::vector<JobRecord> jobs) {
  std::map<std::string, std::vector<Ready>> by_stream;
  for (JobRecord& job : jobs) {
    Ready ready{std::move(job.id), {}};
    if (state_->tracer.on()) {
      const auto submitted = trace::parse_traceparent(job.traceparent);
      if (submitted) ready.span = state_->tracer.parent(*submitted);
    }
    by_stream[stream_of(job.service, job.priority)].push_back(std::move(ready));
  }
  asio::post(state_->executor, [state = state_, all = std::move(by_stream)]() mutable {
    for (auto& [stream, ids] : all) {
      for (std::size_t from = 0; from < ids.size(); from += kMostAtOnce) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
        const auto last = ids.begin() + static_cast<std::ptrdiff_t>(std::min(from + kMostAtOnce, ids.size()));
        std::vector<Ready> some(first, last);
        asio::co_spawn(state->executor, announce_or_look(state, stream, std::move(some)), asio::detached);
      }
    }
  });
}

void JobStreams::used(std::vector<Permit> permits) {
  std::map<std::string, std::vector<std::string>> by_stream;
  for (Permit& permit : permits) by_stream[std::move(permit.stream)].push_back(std::move(permit.entry));
  asio::post(state_->executor, [state = state_, all = std::move(by_stream)]() mutable {
    for (auto& [stream, entries] : all) {
      asio::co_spawn(state->executor, acknowledge(state, stream, std::move(entries)), asio::detached);
    }
  });
}

void JobStreams::wants_permits() {
  if (!state_->waits_for_places) return;
  asio::post(state_->executor, [state = state_] { state->places.cancel(); });
}

Async<Result<void>> push_cancel(redis::Client& redis, std::string id) {
  std::vector<std::string> add{"XADD", kSignals, "MAXLEN", "~", "1000", "*", "cancel", std::move(id)};
  auto done = co_await redis.command(std::move(add));
  if (!done) co_return fail(std::move(done).error());
  co_return Result<void>{};
}

Async<Result<void>> push_ready(redis::Client& redis, JobRecord job) {
  std::vector<std::string> ids(1, job.id);
  co_return co_await announce(redis, stream_of(job.service, job.priority), std::move(ids));
}

}  // namespace valion::jobs
