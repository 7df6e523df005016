#include "services/api_gateway/edge/relay.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <vector>

#include "platform/http/message.hpp"
#include "platform/resilience/deadline.hpp"
#include "platform/service/call_attempt.hpp"
#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/heads.hpp"
#include "services/api_gateway/edge/relayed_answer.hpp"
#include "services/api_gateway/edge/request_pump.hpp"
#include "services/api_gateway/edge/tunnel.hpp"

namespace valion::gateway {
namespace {

using resilience::CallOutcome;
using resilience::Moment;

constexpr int kMostAttempts = 3;
constexpr int kBadGateway = 502;

// What became of one attempt with one instance: the head of an answer, or why there is none.
struct Attempt {
  bool answered = false;
  bool sent = false;  // the instance can have begun to act on it
  Error error;
};

Attempt failed(ErrorKind kind, std::string why, bool sent) { return {false, sent, make_error(kind, std::move(why))}; }

class Relay {
 public:
  explicit Relay(Exchange& exchange) : x_(exchange), upstream_(*exchange.route->upstream) {}
  Async<void> run();

 private:
  Async<void> try_servers(resilience::CircuitBreaker::Permit permit);
  Async<Attempt> try_server(std::string host, std::uint16_t port);
  Async<Attempt> send_and_hear(bool& stale);
  Async<Attempt> hear();
  Async<bool> pass_on_interim();
  Async<void> answer(Attempt last, bool any_server);
  Async<void> end_pump();
  [[nodiscard]] trace::Span begin_span() const;
  void end_span(trace::Span& span, const Attempt& attempt) const;
  void judge(const std::string& id, const Attempt& attempt, Moment began);
  [[nodiscard]] bool may_try_again(const Attempt& attempt) const;
  [[nodiscard]] Failure failure_of(Error error) const;
  [[nodiscard]] std::chrono::milliseconds left() const {
    return resilience::time_left(give_up_, std::chrono::steady_clock::now());
  }

  Exchange& x_;
  Upstream& upstream_;
  Moment give_up_;
  std::vector<std::string> tried_;
  UpstreamConnectionPointer connection_;
  std::unique_ptr<RequestPump> pump_;
  CallEnd end_ = CallEnd::failed;
  CallOutcome outcome_ = CallOutcome::unknown;
  bool harmless_ = false;  // doing it twice does no harm
};

bool is_harmless(const RequestHead& head) {
  return (head.method != "POST" && head.method != "PATCH") || find(head.fields, "Idempotency-Key").has_value();
}

Async<void> Relay::run() {
  const Moment now = x_.began;
  give_up_ = now + x_.route->route->timeout;
  if (x_.give_up && *x_.give_up < give_up_) give_up_ = *x_.give_up;
  harmless_ = is_harmless(x_.head);
  const auto permit = upstream_.enter(now);
  if (!permit) {
    co_await x_.answer_failure(failure_of(permit.error()));
    co_return;
  }
  const Result<void> gathered = co_await x_.body.gather();
  if (!gathered) {
    upstream_.leave(*permit, CallEnd::failed, CallOutcome::unknown, std::chrono::seconds(0), now);
    co_await x_.answer_failure(failure_of(gathered.error()));
    co_return;
  }
  if (!x_.body.ended() && x_.body.framing().kind == Framing::Kind::chunked) x_.body.keep_chunks();
  co_await try_servers(*permit);
}

// Until an answer, or until nobody is left whom it would be right to ask.
Async<void> Relay::try_servers(resilience::CircuitBreaker::Permit permit) {
  Attempt attempt = failed(ErrorKind::unavailable, "no instance of " + upstream_.name() + " is registered", false);
  bool any_server = false;
  Moment now = x_.began;
  for (int number = 1; number <= kMostAttempts; ++number) {
    const registry::Instance* instance = upstream_.choose(tried_, now);
    if (instance == nullptr || (number > 1 && !upstream_.take_retry(now))) break;
    any_server = true;
    tried_.push_back(instance->id);
    upstream_.begin(tried_.back());
    attempt = co_await try_server(instance->host, instance->port);
    judge(tried_.back(), attempt, now);
    if (attempt.answered || !may_try_again(attempt)) break;
    now = std::chrono::steady_clock::now();
  }
  if (!any_server) end_ = CallEnd::no_instance;
  now = std::chrono::steady_clock::now();
  if (!x_.edge.closed) upstream_.leave(permit, end_, outcome_, now - x_.began, now);
  co_await answer(std::move(attempt), any_server);
  co_await end_pump();
}

void Relay::judge(const std::string& id, const Attempt& attempt, Moment began) {
  if (x_.edge.closed) return;
  const Moment now = std::chrono::steady_clock::now();
  const bool fair_time = 2 * (give_up_ - began) >= x_.route->route->timeout;
  const bool clients_fault = pump_ != nullptr && pump_->client_failed();
  if (attempt.answered) {
    outcome_ = judge_status(connection_->head.status, fair_time);
    end_ = end_of_status(connection_->head.status);
  } else {
    outcome_ = clients_fault ? CallOutcome::unknown : judge_failure(attempt.error.kind, fair_time);
    end_ = clients_fault ? CallEnd::failed : end_of_failure(attempt.error.kind);
  }
  upstream_.end(id, now - began, outcome_ != CallOutcome::failure);
  upstream_.judge(id, outcome_, now);
}

bool Relay::may_try_again(const Attempt& attempt) const {
  if (x_.edge.closed || pump_ != nullptr || left().count() == 0) return false;
  return may_repeat(attempt.error.kind, attempt.sent, harmless_);
}

// The one that was tried last. A pooled connection that turns out to be closed is replaced silently.
Async<Attempt> Relay::try_server(std::string host, std::uint16_t port) {
  const std::string& id = tried_.back();
  for (;;) {
    connection_ = x_.edge.pool.take(id);
    while (connection_ && !harmless_ && connection_->stream.is_stale()) connection_ = x_.edge.pool.take(id);
    if (!connection_) {
      auto made = co_await x_.edge.pool.connect(id, host, port, left());
      if (!made) co_return failed(made.error().kind, upstream_.name() + ": " + made.error().message, false);
      connection_ = std::move(*made);
    }
    bool stale = false;
    Attempt attempt = co_await send_and_hear(stale);
    if (!stale) co_return attempt;
  }
}

Async<Attempt> Relay::send_and_hear(bool& stale) {
  trace::Span span = begin_span();
  const std::string traceparent = span.recording() ? trace::to_traceparent(span.context()) : std::string();
  write_request_head(x_.out, x_, x_.head, left(), traceparent);
  connection_->allow(left());
  Pieces pieces(x_.out, x_.body.text());
  Stream::Written written = connection_->stream.try_write(pieces);
  if (written == Stream::Written::some) {
    const bool taken = co_await connection_->stream.write_rest(pieces);
    written = taken ? Stream::Written::all : Stream::Written::failed;
  }
  if (written != Stream::Written::all) {
    stale = connection_->reused && !connection_->expired();
    if (connection_->expired()) co_return failed(ErrorKind::timeout, upstream_.name() + " does not read", true);
    co_return failed(ErrorKind::unavailable, upstream_.name() + " closed the connection", true);
  }
  if (!x_.body.ended()) pump_ = RequestPump::start(x_, *connection_);
  Attempt attempt = co_await hear();
  end_span(span, attempt);
  stale = !attempt.answered && connection_->reused && harmless_ && pump_ == nullptr && !connection_->expired() &&
          attempt.error.kind == ErrorKind::unavailable && connection_->in.empty();
  co_return attempt;
}

trace::Span Relay::begin_span() const {
  if (!x_.span.recording()) return {};
  const std::string method(x_.head.method);
  trace::Span span(x_.span.parent(), method + " " + upstream_.name(), trace::SpanKind::client);
  span.set("http.request.method", method);
  span.set("service.peer.name", upstream_.name());
  span.set("service.peer.instance", tried_.back());
  if (tried_.size() > 1) span.set("http.request.resend_count", static_cast<std::int64_t>(tried_.size() - 1));
  return span;
}

void Relay::end_span(trace::Span& span, const Attempt& attempt) const {
  if (!span.recording()) return;
  if (!attempt.answered) {
    span.fail(attempt.error.message);
  } else {
    span.set("http.response.status_code", std::int64_t{connection_->head.status});
    if (connection_->head.status >= 400) span.fail("status " + std::to_string(connection_->head.status));
  }
  span.end();
}

// Up to the head of the final answer.
Async<Attempt> Relay::hear() {
  UpstreamConnection& from = *connection_;
  for (;;) {
    const Scanned scanned = from.in.empty() ? Scanned{} : from.scanner.scan(from.in.bytes(), from.head);
    if (scanned.state == Scanned::State::refused) {
      co_return failed(ErrorKind::bad_gateway, upstream_.name() + ": " + std::string(scanned.refusal.why), true);
    }
    if (scanned.state == Scanned::State::complete) {
      from.in.consume(scanned.consumed);
      if (from.head.status >= 200 || (from.head.status == 101 && x_.wants_websocket)) co_return Attempt{true, true, {}};
      const bool passed = co_await pass_on_interim();
      if (!passed) co_return failed(ErrorKind::cancelled, "the client has gone", true);
      continue;
    }
    const Buffer::Room room = from.in.room();
    const auto [error, got] = co_await from.stream.read_some(room.data, room.size);
    if (!error) {
      from.in.added(got);
      continue;
    }
    if (pump_ != nullptr && pump_->client_failed()) co_return Attempt{false, true, pump_->error()};
    if (from.expired()) co_return failed(ErrorKind::timeout, upstream_.name() + " did not answer in time", true);
    co_return failed(ErrorKind::unavailable, upstream_.name() + " closed the connection without an answer", true);
  }
}

// 103 and its like; a 100 is between us and the server, because we have told the client ourselves.
Async<bool> Relay::pass_on_interim() {
  const ResponseHead& head = connection_->head;
  if (head.status == 100 || head.status == 101 || x_.head.minor == 0) co_return true;
  write_answer_head(x_, head, Framing{});
  const bool written = co_await x_.client.write(Pieces(x_.out));
  co_return written;
}

Async<void> Relay::answer(Attempt last, bool any_server) {
  if (!last.answered) {
    const bool unreachable = any_server && last.error.kind == ErrorKind::unavailable;
    if (unreachable) last.error.kind = ErrorKind::bad_gateway;
    co_await end_pump();
    connection_ = nullptr;
    Failure failure = failure_of(std::move(last.error));
    if (unreachable) failure.status = kBadGateway;
    if (unreachable) failure.title = "An upstream service cannot be reached";
    co_await x_.answer_failure(std::move(failure));
    co_return;
  }
  if (connection_->head.status == 101) {
    co_await tunnel(x_, *connection_);
    co_return;
  }
  const bool whole = co_await relay_answer(x_, *connection_);
  if (whole && (pump_ == nullptr || pump_->finished())) {
    x_.edge.pool.give_back(std::move(connection_));
  }
}

// The rest of a request whose answer has come is wanted no more; the pump must not outlive what it reads and writes.
Async<void> Relay::end_pump() {
  if (pump_ == nullptr) co_return;
  if (!pump_->finished()) {
    x_.body.stop();
    if (connection_) connection_->stream.cancel();
    x_.keep_alive = false;
  }
  co_await pump_->wait();
}

Failure Relay::failure_of(Error error) const {
  Failure failure;
  const Moment now = std::chrono::steady_clock::now();
  const auto state = upstream_.show_breaker(now);
  const bool clients_fault = x_.body.failure() && *x_.body.failure() == error.kind;
  if (clients_fault && error.kind == ErrorKind::timeout) {  // not an upstream's: the client's
    failure.status = 408;
    failure.title = "The request took too long";
  }
  if (error.kind == ErrorKind::unavailable && state != resilience::BreakerState::closed) {
    failure.retry_after = upstream_.retry_after(now);
    failure.breaker = R"({"service":")" + upstream_.name() + R"(","state":")" + std::string(name_of(state)) +
                      R"(","retry_after":)" + std::to_string(failure.retry_after->count()) + "}";
  }
  failure.error = std::move(error);
  return failure;
}

}  // namespace

Async<void> relay(Exchange& exchange) {
  Relay relay(exchange);
  co_await relay.run();
}

}  // namespace valion::gateway
