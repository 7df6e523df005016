#include "services/api_gateway/edge/relay.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "platform/resilience/deadline.hpp"
#include "platform/service/call_attempt.hpp"
#include "services/api_gateway/cache/fetch.hpp"
#include "services/api_gateway/cache/response_cache.hpp"
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

bool is_harmless(const RequestHead& head) {
  return (head.method != "POST" && head.method != "PATCH") || find(head.fields, "Idempotency-Key").has_value();
}

// How long these take says nothing of the service: somebody has asked it to wait.
bool asks_to_wait(const RequestHead& head) {
  return head.query.find("wait=") != std::string_view::npos || find(head.fields, "Prefer").has_value();
}

// The state of one relayed exchange; relay(), below, is its way. What it does without waiting are plain functions.
class Relay {
 public:
  explicit Relay(Exchange& exchange)
      : x_(exchange), upstream_(*exchange.route->upstream), harmless_(is_harmless(exchange.head)) {}

  // What the answer's head is being waited for.
  enum class Heard { head, more, interim, blocked, failed };

  [[nodiscard]] bool enter();        // breaker and load shedding
  [[nodiscard]] bool choose();       // who takes it now
  [[nodiscard]] bool take_pooled();  // a connection that stands already
  Async<bool> connect();             // or a new one
  [[nodiscard]] Heard send();        // the head, and the body if it is at hand
  Async<Heard> send_rest();
  [[nodiscard]] Buffer::Room room() { return connection_->in.room(); }
  [[nodiscard]] Stream& stream() { return connection_->stream; }
  [[nodiscard]] Heard hear(const boost::system::error_code& error, std::size_t got);
  Async<Heard> pass_on_interim();
  [[nodiscard]] bool goes_on();    // judges the attempt; true: another one
  void leave();                    // breaker and load shedding again
  [[nodiscard]] bool ask_cache();  // true: it answers, or wants the request sent again
  [[nodiscard]] bool answer_at_once();
  Async<void> answer();
  void give_back();
  Async<void> end_pump();
  [[nodiscard]] bool pumps() const noexcept { return pump_ != nullptr; }
  void fail(Error error) { error_ = std::move(error); }

 private:
  [[nodiscard]] std::chrono::milliseconds left() const {
    return resilience::time_left(give_up_, std::chrono::steady_clock::now());
  }
  [[nodiscard]] Heard failed(ErrorKind kind, const char* why);
  [[nodiscard]] Heard scan();
  [[nodiscard]] Heard sent(Stream::Written written);
  void begin_span();
  void end_span();
  [[nodiscard]] Failure failure();

  Exchange& x_;
  Upstream& upstream_;
  bool harmless_;  // doing it twice does no harm
  Moment give_up_;
  Moment attempt_began_;
  Moment sent_at_;   // of the last attempt
  Moment heard_at_;  // when it was judged
  resilience::CircuitBreaker::Permit permit_;
  std::vector<std::string> tried_;
  std::string host_;
  std::uint16_t port_ = 0;
  UpstreamConnectionPointer connection_;
  std::unique_ptr<RequestPump> pump_;
  std::optional<RelayedAnswer> answer_;
  std::optional<Error> error_;  // why there is no answer
  Pieces pieces_{std::string_view()};
  Framing framing_;  // of the answer
  trace::Span span_;
  CallEnd end_ = CallEnd::failed;
  CallOutcome outcome_ = CallOutcome::unknown;
  bool entered_ = false;
  bool answered_ = false;
  bool sent_ = false;   // the server can have begun to act on it
  bool stale_ = false;  // the pooled connection had been closed: nothing of the server's doing
  bool repeated_ = false;
};

bool Relay::enter() {
  give_up_ = x_.began + x_.route->route->timeout;
  if (x_.give_up && *x_.give_up < give_up_) give_up_ = *x_.give_up;
  if (x_.route->shedding != nullptr && !x_.route->shedding->try_enter()) {
    error_ = make_error(ErrorKind::unavailable, upstream_.name() + " has more to do than it can do at once");
    return false;
  }
  auto permit = upstream_.enter(x_.began);
  if (!permit) {
    if (x_.route->shedding != nullptr) x_.route->shedding->abandon();
    error_ = std::move(permit).error();
    return false;
  }
  permit_ = *permit;
  entered_ = true;
  return true;
}

bool Relay::choose() {
  if (stale_) return true;  // the same again, by another connection
  attempt_began_ = tried_.empty() ? x_.began : std::chrono::steady_clock::now();
  const registry::Instance* instance = upstream_.choose(tried_, attempt_began_);
  if (instance == nullptr || (!tried_.empty() && !upstream_.take_retry(attempt_began_))) {
    if (!tried_.empty()) return false;
    end_ = CallEnd::no_instance;
    error_ = make_error(ErrorKind::unavailable, "no instance of " + upstream_.name() + " is registered");
    return false;
  }
  tried_.push_back(instance->id);
  host_ = instance->host;
  port_ = instance->port;
  upstream_.begin(instance->id);
  return true;
}

bool Relay::take_pooled() {
  stale_ = false;
  sent_ = false;
  error_.reset();
  connection_ = x_.edge.pool.take(tried_.back());
  while (connection_ && !harmless_ && connection_->stream.is_stale()) connection_ = x_.edge.pool.take(tried_.back());
  return connection_ != nullptr;
}

Async<bool> Relay::connect() {
  auto made = co_await x_.edge.pool.connect(tried_.back(), host_, port_, left());
  if (made) {
    connection_ = std::move(*made);
    co_return true;
  }
  error_ = make_error(made.error().kind, upstream_.name() + ": " + made.error().message);
  co_return false;
}

Relay::Heard Relay::failed(ErrorKind kind, const char* why) {
  error_ = make_error(kind, upstream_.name() + why);
  return Heard::failed;
}

Relay::Heard Relay::send() {
  begin_span();
  const std::string traceparent = span_.recording() ? trace::to_traceparent(span_.context()) : std::string();
  sent_at_ = std::chrono::steady_clock::now();
  const auto patience = resilience::time_left(give_up_, sent_at_);
  write_request_head(x_.out, x_, x_.fetch ? x_.fetch->request() : x_.head, patience, traceparent);
  connection_->allow(patience);
  sent_ = true;
  pieces_ = Pieces(x_.out, x_.body.text());
  return sent(connection_->stream.try_write(pieces_));
}

Async<Relay::Heard> Relay::send_rest() {
  const bool taken = co_await connection_->stream.write_rest(pieces_);
  co_return sent(taken ? Stream::Written::all : Stream::Written::failed);
}

Relay::Heard Relay::sent(Stream::Written written) {
  if (written == Stream::Written::some) return Heard::blocked;
  if (written == Stream::Written::failed) {
    if (connection_->expired()) return failed(ErrorKind::timeout, " does not read");
    stale_ = connection_->reused;
    return failed(ErrorKind::unavailable, " closed the connection");
  }
  if (!x_.body.ended()) {
    if (x_.body.framing().kind == Framing::Kind::chunked) x_.body.keep_chunks();
    pump_ = RequestPump::start(x_, *connection_);
  }
  return scan();
}

Relay::Heard Relay::hear(const boost::system::error_code& error, std::size_t got) {
  if (!error) {
    connection_->in.added(got);
    return scan();
  }
  if (pump_ != nullptr && pump_->client_failed()) {
    error_ = pump_->error();
    return Heard::failed;
  }
  if (connection_->expired()) return failed(ErrorKind::timeout, " did not answer in time");
  stale_ = connection_->reused && harmless_ && pump_ == nullptr && connection_->in.empty();
  return failed(ErrorKind::unavailable, " closed the connection without an answer");
}

Relay::Heard Relay::scan() {
  UpstreamConnection& from = *connection_;
  if (from.in.empty()) return Heard::more;
  const Scanned scanned = from.scanner.scan(from.in.bytes(), from.head);
  if (scanned.state == Scanned::State::more) return Heard::more;
  Refusal refusal = scanned.refusal;
  if (!refusal) {
    from.in.consume(scanned.consumed);
    if (from.head.status < 200 && (from.head.status != 101 || !x_.wants_websocket)) return Heard::interim;
    const ResponseFraming framing = framing_of(from.head, x_.head.method);
    framing_ = framing.framing;
    refusal = framing.refusal;
  }
  if (refusal) {
    error_ = make_error(ErrorKind::bad_gateway, upstream_.name() + ": " + std::string(refusal.why));
    return Heard::failed;
  }
  answered_ = true;
  return Heard::head;
}

// 103 and its like; a 100 is between us and the server, because we have told the client ourselves.
Async<Relay::Heard> Relay::pass_on_interim() {
  const ResponseHead& head = connection_->head;
  if (head.status != 100 && head.status != 101 && x_.head.minor > 0) {
    write_answer_head(x_, head, Framing{});
    const bool written = co_await x_.client.write(Pieces(x_.out));
    if (!written) co_return failed(ErrorKind::cancelled, ": the client has gone");
  }
  co_return scan();
}

bool Relay::goes_on() {
  end_span();
  if (x_.edge.closed) return false;
  if (stale_) return true;
  const bool fair_time = 2 * (give_up_ - attempt_began_) >= x_.route->route->timeout;
  const bool clients_fault = pump_ != nullptr && pump_->client_failed();
  if (answered_) {
    outcome_ = judge_status(connection_->head.status, fair_time);
    end_ = end_of_status(connection_->head.status);
  } else {
    outcome_ = clients_fault ? CallOutcome::unknown : judge_failure(error_->kind, fair_time);
    end_ = clients_fault ? CallEnd::failed : end_of_failure(error_->kind);
  }
  const Moment now = std::chrono::steady_clock::now();
  heard_at_ = now;
  x_.upstream_took = now - (sent_ ? sent_at_ : attempt_began_);
  x_.gateway_took = now - x_.began - x_.upstream_took;
  upstream_.end(tried_.back(), now - attempt_began_, outcome_ != CallOutcome::failure);
  upstream_.judge(tried_.back(), outcome_, now);
  if (answered_ || pump_ != nullptr || tried_.size() >= kMostAttempts || give_up_ <= now) return false;
  return may_repeat(error_->kind, sent_, harmless_);
}

void Relay::leave() {
  if (!entered_ || x_.edge.closed) return;
  entered_ = false;
  const Moment now = end_ == CallEnd::no_instance || tried_.empty() ? std::chrono::steady_clock::now() : heard_at_;
  upstream_.leave(permit_, end_, outcome_, now - x_.began, now);
  if (x_.route->shedding == nullptr) return;
  if (outcome_ == CallOutcome::unknown || asks_to_wait(x_.head)) return x_.route->shedding->abandon();
  x_.route->shedding->leave(now - x_.began, outcome_ != CallOutcome::failure, now);
}

// Tells the cache what came. True: `x_.hit` is to be written instead, or (without one) the request is to be sent once more.
bool Relay::ask_cache() {
  if (answered_ && x_.steps.cache != nullptr && x_.is_unsafe()) {
    x_.steps.cache->on_unsafe_answer(x_.question(), connection_->head);
  }
  if (x_.fetch == nullptr) return false;
  cache::Outcome outcome = answered_ ? x_.fetch->on_head(connection_->head, framing_) : x_.fetch->on_failure();
  if (outcome.next == cache::Outcome::Next::relay) return false;
  if (framing_.kind == Framing::Kind::none) give_back();
  connection_ = nullptr;
  if (outcome.next == cache::Outcome::Next::serve) {
    x_.hit = std::move(outcome.hit);
    x_.fetch = nullptr;
    return true;
  }
  if (std::exchange(repeated_, true)) return false;
  answered_ = false;
  tried_.clear();
  return true;
}

bool Relay::answer_at_once() {
  if (!answered_ || connection_->head.status == 101) return false;
  answer_.emplace(x_, *connection_, framing_);
  return answer_->try_at_once();
}

Async<void> Relay::answer() {
  if (!answered_) {
    co_await end_pump();
    connection_ = nullptr;
    co_await x_.answer_failure(failure());
  } else if (connection_->head.status == 101) {
    co_await tunnel(x_, *connection_);
  } else {
    co_await answer_->pass();
  }
}

void Relay::give_back() {
  if (!connection_ || (pump_ != nullptr && !pump_->finished())) return;
  const bool reusable = answer_ ? answer_->reusable() : framing_.keep_alive && connection_->in.empty();
  if (answered_ && reusable) x_.edge.pool.give_back(std::move(connection_));
}

// The rest of a request whose answer has come is wanted no more; the pump must not outlive what it reads and writes.
Async<void> Relay::end_pump() {
  if (pump_ == nullptr) co_return;
  if (!pump_->ended()) {
    x_.body.stop();
    if (connection_) connection_->stream.cancel();
    x_.keep_alive = false;
  }
  co_await pump_->wait();
}

void Relay::begin_span() {
  if (!x_.span.recording()) return;
  const std::string method(x_.head.method);
  span_ = trace::Span(x_.span.parent(), method + " " + upstream_.name(), trace::SpanKind::client);
  span_.set("http.request.method", method);
  span_.set("service.peer.name", upstream_.name());
  span_.set("service.peer.instance", tried_.back());
  if (tried_.size() > 1) span_.set("http.request.resend_count", static_cast<std::int64_t>(tried_.size() - 1));
}

void Relay::end_span() {
  if (!span_.recording()) return;
  if (!answered_) {
    span_.fail(error_->message);
  } else {
    span_.set("http.response.status_code", std::int64_t{connection_->head.status});
    if (connection_->head.status >= 400) span_.fail("status " + std::to_string(connection_->head.status));
  }
  span_.end();
}

Failure Relay::failure() {
  Failure failure;
  failure.error = std::move(*error_);
  const Moment now = std::chrono::steady_clock::now();
  const auto state = upstream_.show_breaker(now);
  const bool clients_fault = x_.body.failure() && *x_.body.failure() == failure.error.kind;
  if (clients_fault && failure.error.kind == ErrorKind::timeout) {  // not an upstream's: the client's
    failure.status = 408;
    failure.title = "The request took too long";
  } else if (failure.error.kind == ErrorKind::unavailable && !tried_.empty()) {
    failure.error.kind = ErrorKind::bad_gateway;
    failure.status = kBadGateway;
    failure.title = "An upstream service cannot be reached";
  } else if (failure.error.kind == ErrorKind::unavailable && state != resilience::BreakerState::closed) {
    failure.retry_after = upstream_.retry_after(now);
    failure.breaker = R"({"service":")" + upstream_.name() + R"(","state":")" + std::string(name_of(state)) +
                      R"(","retry_after":)" + std::to_string(failure.retry_after->count()) + "}";
  }
  return failure;
}

}  // namespace

Async<void> relay(Exchange& exchange) {
  Relay relay(exchange);
  if (!relay.enter()) {
    co_await relay.answer();
    co_return;
  }
  bool gathered = true;
  if (!exchange.body.ended()) {
    const Result<void> body = co_await exchange.body.gather();
    gathered = body.has_value();
    if (!gathered) relay.fail(body.error());
  }
  for (bool again = gathered; again;) {
    again = false;
    // Attempts, until an answer or until nobody is left whom it would be right to ask.
    for (bool on = relay.choose(); on; on = relay.goes_on() && relay.choose()) {
      bool connected = relay.take_pooled();
      if (!connected) connected = co_await relay.connect();
      if (!connected) continue;
      Relay::Heard heard = relay.send();
      if (heard == Relay::Heard::blocked) heard = co_await relay.send_rest();
      while (heard == Relay::Heard::more || heard == Relay::Heard::interim) {
        if (heard == Relay::Heard::interim) {
          heard = co_await relay.pass_on_interim();
          continue;
        }
        const Buffer::Room room = relay.room();
        const auto [error, got] = co_await relay.stream().read_some(room.data, room.size);
        heard = relay.hear(error, got);
      }
    }
    const bool from_cache = relay.ask_cache();
    again = from_cache && !exchange.hit;
  }
  relay.leave();
  if (!exchange.hit) {
    const bool done = relay.answer_at_once();
    if (!done) co_await relay.answer();
    relay.give_back();
  }
  if (relay.pumps()) co_await relay.end_pump();
}

}  // namespace valion::gateway
