#include "platform/service/trace_export.hpp"

#include <prometheus/counter.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <optional>

namespace valion {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Timer = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;

constexpr auto kBetweenBatches = 1s;
constexpr auto kAnswerPatience = 5s;
constexpr auto kLastPatience = 2s;
constexpr std::size_t kBatch = 512;
constexpr int kAttempts = 5;
constexpr std::size_t kAnswerLimit = 64 << 10;

enum class Sent { taken, refused, try_again };

Sent judge(int status) {
  if (status / 100 == 2) return Sent::taken;
  return status == 429 || status == 502 || status == 503 || status == 504 ? Sent::try_again : Sent::refused;
}

}  // namespace

struct TraceExport::State {
  State(trace::Tracer from, trace::Resource who, trace::CollectorUrl where, http::Client& through,
        metrics::Registry& metrics, log::Logger& to)
      : tracer(std::move(from)),
        resource(std::move(who)),
        collector(std::move(where)),
        client(through),
        log(to),
        exported(metrics.counter("trace_spans_exported_total", "Spans that the collector took")),
        queue_full(metrics.counter("trace_spans_dropped_total", "Spans that were lost", {{"reason", "queue_full"}})),
        given_up(metrics.counter("trace_spans_dropped_total", "Spans that were lost", {{"reason", "collector"}})) {}

  trace::Tracer tracer;
  trace::Resource resource;
  trace::CollectorUrl collector;
  http::Client& client;
  log::Logger& log;
  prometheus::Counter& exported;
  prometheus::Counter& queue_full;
  prometheus::Counter& given_up;
  std::optional<Timer> timer;
  bool finishing = false;
  bool sending = false;
  bool away = false;  // said so once, not with every batch
  std::uint64_t counted_as_dropped = 0;

  void count_dropped() {
    const std::uint64_t dropped = tracer.dropped();
    queue_full.Increment(static_cast<double>(dropped - counted_as_dropped));
    counted_as_dropped = dropped;
  }

  void note(bool reached, const std::string& why) {
    if (reached == !away) return;
    away = !reached;
    if (away) {
      log.warning("the trace collector takes no spans", {{"collector", collector.host}, {"why", why}});
    } else {
      log.info("the trace collector takes spans again", {{"collector", collector.host}});
    }
  }
};

namespace {

template <class State>
Async<Sent> post(std::shared_ptr<State> state, std::string json, std::chrono::milliseconds patience) {
  http::ClientRequest request;
  request.host = state->collector.host;
  request.port = state->collector.port;
  request.method = http::Method::post;
  request.target = state->collector.target;
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(json);
  request.timeout = patience;
  auto answer = co_await state->client.send(std::move(request));
  if (!answer) {
    state->note(false, answer.error().message);
    co_return Sent::try_again;
  }
  const auto body = co_await http::read_all(*answer->body, kAnswerLimit);  // so that the connection serves again
  static_cast<void>(body);
  const Sent sent = judge(answer->status);
  state->note(sent == Sent::taken, "status " + std::to_string(answer->status));
  co_return sent;
}

// False when finishing cut the pause short.
template <class State>
Async<bool> pause(std::shared_ptr<State> state, std::chrono::milliseconds duration) {
  if (state->finishing) co_return false;
  state->timer->expires_after(duration);
  const auto waited = co_await state->timer->async_wait(asio::as_tuple(use_async));
  static_cast<void>(waited);
  co_return !state->finishing;
}

template <class State>
Async<void> send_batch(std::shared_ptr<State> state, std::vector<trace::FinishedSpan> spans) {
  const std::string json = trace::to_otlp_json(state->resource, spans);
  Sent sent = Sent::try_again;
  for (int attempt = 1; sent == Sent::try_again && attempt <= kAttempts; ++attempt) {
    sent = co_await post(state, json, state->finishing ? kLastPatience : kAnswerPatience);
    if (sent != Sent::try_again || attempt == kAttempts) break;
    const bool go_on = co_await pause(state, 1s * (1 << (attempt - 1)));
    if (!go_on) break;
  }
  (sent == Sent::taken ? state->exported : state->given_up).Increment(static_cast<double>(spans.size()));
}

template <class State>
Async<void> send_all(std::shared_ptr<State> state) {
  state->sending = true;
  state->count_dropped();
  for (;;) {
    std::vector<trace::FinishedSpan> spans = state->tracer.take(kBatch);
    if (spans.empty()) break;
    co_await send_batch(state, std::move(spans));
  }
  state->sending = false;
}

template <class State>
Async<void> keep_sending(std::shared_ptr<State> state) {
  for (;;) {
    const bool go_on = co_await pause(state, kBetweenBatches);
    if (!go_on) break;
    co_await send_all(state);
  }
}

}  // namespace

TraceExport::TraceExport(trace::Tracer tracer, trace::Resource resource, trace::CollectorUrl collector,
                         http::Client& client, metrics::Registry& metrics, log::Logger& log)
    : state_(std::make_shared<State>(std::move(tracer), std::move(resource), std::move(collector), client, metrics,
                                     log)) {}

TraceExport::~TraceExport() {
  state_->finishing = true;
  if (state_->timer) state_->timer->cancel();
}

void TraceExport::start(Executor executor) {
  state_->timer.emplace(executor);
  asio::co_spawn(executor, keep_sending(state_), asio::detached);
}

Async<void> TraceExport::finish() {
  const std::shared_ptr<State> state = state_;
  state->finishing = true;
  if (state->timer) state->timer->cancel();
  const auto give_up = Clock::now() + kLastPatience;
  while (state->sending && Clock::now() < give_up) co_await sleep_for(10ms);
  if (!state->sending) co_await send_all(state);
}

}  // namespace valion
