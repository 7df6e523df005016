#include "platform/service/calls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <array>

#include "platform/resilience/deadline.hpp"
#include "platform/service/call_attempt.hpp"

namespace valion {
namespace {

using resilience::CallOutcome;
using resilience::Moment;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

constexpr std::chrono::seconds kInternalTokenLifetime{60};
constexpr int kMostAttempts = 3;

Error named(Error error, const std::string& service) {
  error.message = service + ": " + error.message;
  return error;
}

}  // namespace

struct Calls::State {
  explicit State(Means given) : means(std::move(given)), upstreams(means.directory, means.metrics, means.log) {}

  Means means;
  Upstreams upstreams;
  bool closed = false;  // what the means refer to may be gone
};

namespace {

// One call through all its attempts. Copyable, because a hedged attempt may outlive the call.
template <class State>
struct Call {
  std::shared_ptr<State> state;
  Upstream* upstream = nullptr;  // lives as long as the state
  std::string service;
  trace::TraceContext parent;
  trace::Parent span;
  Moment give_up;
  std::chrono::milliseconds patience{};  // the request's own
};

// Around one exchange: tells the balancer that it has begun and ended, also when its coroutine is abandoned.
template <class State>
class InFlight {
 public:
  InFlight(std::shared_ptr<State> state, Upstream& upstream, std::string instance)
      : state_(std::move(state)),
        upstream_(upstream),
        instance_(std::move(instance)),
        began_(std::chrono::steady_clock::now()) {
    upstream_.begin(instance_);
  }
  ~InFlight() {
    if (!state_->closed) upstream_.end(instance_, std::chrono::steady_clock::now() - began_, ok);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  bool ok = true;

 private:
  std::shared_ptr<State> state_;
  Upstream& upstream_;
  std::string instance_;
  std::chrono::steady_clock::time_point began_;
};

// Gives the breaker's permit back, also when the caller goes away meanwhile.
template <class State>
class Admission {
 public:
  Admission(std::shared_ptr<State> state, Upstream& upstream, resilience::CircuitBreaker::Permit permit, Moment began)
      : state_(std::move(state)), upstream_(upstream), permit_(permit), began_(began) {}
  ~Admission() { leave(CallEnd::failed, CallOutcome::unknown); }
  Admission(const Admission&) = delete;
  Admission& operator=(const Admission&) = delete;
  void leave(CallEnd end, CallOutcome outcome) {
    if (left_ || state_->closed) return;
    left_ = true;
    const Moment now = state_->means.now();
    upstream_.leave(permit_, end, outcome, now - began_, now);
  }

 private:
  std::shared_ptr<State> state_;
  Upstream& upstream_;
  resilience::CircuitBreaker::Permit permit_;
  Moment began_;
  bool left_ = false;
};

trace::Span begin_span(const trace::Parent& parent, const http::ClientRequest& request, const registry::Instance& to,
                       int number) {
  if (!parent.recording()) return {};
  const std::string method(http::name_of(request.method));
  trace::Span span(parent, method + " " + to.service, trace::SpanKind::client);
  span.set("http.request.method", method);
  span.set("url.path", request.target.substr(0, request.target.find('?')));
  span.set("server.address", to.host);
  span.set("server.port", std::int64_t{to.port});
  span.set("service.peer.name", to.service);
  span.set("service.peer.instance", to.id);
  if (number > 1) span.set("http.request.resend_count", std::int64_t{number - 1});
  return span;
}

void end_span(trace::Span& span, const Result<http::ClientResponse>& answer) {
  if (!span.recording()) return;
  if (!answer) {
    span.fail(answer.error().message);
  } else {
    span.set("http.response.status_code", std::int64_t{answer->status});
    if (answer->status >= 400) span.fail("status " + std::to_string(answer->status));
  }
  span.end();
}

struct Tried {
  http::Attempt attempt;
  CallOutcome outcome = CallOutcome::unknown;
};

// `abandoned`: its answer is wanted no more, and how it ends says nothing of the instance. May be null.
template <class State>
Async<Tried> exchange(Call<State> call, registry::Instance to, http::ClientRequest& request, int number,
                      std::shared_ptr<const bool> abandoned) {
  const Moment now = call.state->means.now();
  const auto left = resilience::time_left(call.give_up, now);
  Tried tried;
  if (left.count() == 0) {
    tried.attempt.answer = fail(ErrorKind::timeout, "nothing is left of the time that the caller gave");
    co_return tried;
  }
  request.host = to.host;
  request.port = to.port;
  request.timeout = left;
  request.headers.set(resilience::kDeadlineHeader, resilience::deadline_value(left));
  trace::Span span = begin_span(call.span, request, to, number);
  const trace::TraceContext own = span.recording() ? span.context() : trace::child_of(call.parent);
  request.headers.set("traceparent", trace::to_traceparent(own));

  InFlight<State> in_flight(call.state, *call.upstream, to.id);
  tried.attempt = co_await call.state->means.http.attempt(request);
  end_span(span, tried.attempt.answer);
  const auto* stream = std::get_if<std::shared_ptr<http::BodyReader>>(&request.body);
  const auto* watched = stream == nullptr ? nullptr : dynamic_cast<const WatchedBody*>(stream->get());
  const bool blameless = (abandoned && *abandoned) || (watched != nullptr && watched->failed());
  const bool fair_time = 2 * left >= call.patience;
  if (!blameless) tried.outcome = judge(tried.attempt.answer, fair_time);
  in_flight.ok = tried.outcome != CallOutcome::failure;
  if (!call.state->closed) call.upstream->judge(to.id, tried.outcome, call.state->means.now());
  co_return tried;
}

// Two exchanges of the same call, side by side.
struct Race {
  explicit Race(Executor executor) : changed(executor) {}
  struct Lane {
    http::ClientRequest request;
    asio::cancellation_signal stop;
    std::shared_ptr<bool> abandoned = std::make_shared<bool>(false);
    std::optional<Tried> ended;
  };
  Timer changed;
  std::array<Lane, 2> lanes;
  std::size_t begun = 0;

  // The lane whose answer will do; nothing while there is hope for a better one.
  [[nodiscard]] std::optional<std::size_t> winner() const {
    std::optional<std::size_t> any;
    for (std::size_t i = 0; i < begun; ++i) {
      if (!lanes[i].ended) continue;
      if (lanes[i].ended->attempt.answer && lanes[i].ended->outcome == CallOutcome::success) return i;
      any = i;
    }
    for (std::size_t i = 0; i < begun; ++i) {
      if (!lanes[i].ended) return std::nullopt;
    }
    return any;
  }
};

template <class State>
Async<Tried> run_lane(Call<State> call, registry::Instance to, std::shared_ptr<Race> race, std::size_t lane) {
  auto tried = co_await exchange(std::move(call), std::move(to), race->lanes[lane].request, static_cast<int>(lane) + 1,
                                 race->lanes[lane].abandoned);
  co_return tried;
}

template <class State>
void start_lane(const Call<State>& call, const registry::Instance& to, const std::shared_ptr<Race>& race) {
  const std::size_t lane = race->begun++;
  const auto ended = [race, lane](std::exception_ptr failure, Tried tried) {
    if (failure) tried.attempt.answer = fail(ErrorKind::cancelled, "the exchange was ended");
    race->lanes[lane].ended = std::move(tried);
    race->changed.cancel();
  };
  asio::co_spawn(call.state->means.executor, run_lane(call, to, race, lane),
                 asio::bind_cancellation_slot(race->lanes[lane].stop.slot(), ended));
}

template <class State>
Async<Tried> hedged(Call<State> call, registry::Instance first, http::ClientRequest& request,
                    std::vector<std::string>& tried_ids) {
  const auto race = std::make_shared<Race>(call.state->means.executor);
  for (Race::Lane& lane : race->lanes) lane.request = request;
  race->changed.expires_after(call.state->means.hedge_after);
  start_lane(call, first, race);
  while (!race->winner()) {
    const auto [woken] = co_await race->changed.async_wait(asio::as_tuple(use_async));
    if (woken || race->begun > 1 || race->winner()) continue;
    race->changed.expires_at(Timer::time_point::max());
    const Moment now = call.state->means.now();
    const auto second = call.upstream->pick(tried_ids, now);
    if (!second || !call.upstream->take_hedge(now)) continue;
    tried_ids.push_back(second->id);
    start_lane(call, *second, race);
  }
  const std::size_t won = *race->winner();
  for (std::size_t i = 0; i < race->begun; ++i) {
    if (race->lanes[i].ended) continue;
    *race->lanes[i].abandoned = true;
    race->lanes[i].stop.emit(asio::cancellation_type::terminal);
  }
  co_return std::move(*race->lanes[won].ended);
}

bool can_hedge(const http::ClientRequest& request) {
  const auto* text = std::get_if<std::string>(&request.body);
  const bool safe = request.method == http::Method::get || request.method == http::Method::head;
  return safe && text != nullptr && text->empty();
}

http::ClientRequest prepared(const auth::SigningKey& key, const CallOrigin& origin, ServiceRequest request) {
  const auth::TokenSettings settings{auth::kInternalAudience, kInternalTokenLifetime, std::chrono::seconds(5)};
  http::ClientRequest made;
  made.method = request.method;
  made.target = std::move(request.target);
  made.headers = std::move(request.headers);
  made.headers.set("Authorization",
                   "Bearer " + auth::issue_token(key, settings, origin.principal, std::chrono::system_clock::now()));
  made.headers.set("X-Request-Id",
                   origin.request_id.empty() ? trace::accept_request_id(std::nullopt) : origin.request_id);
  made.body = std::move(request.body);
  made.content_length = request.content_length;
  if (auto* stream = std::get_if<std::shared_ptr<http::BodyReader>>(&made.body); stream != nullptr && *stream) {
    *stream = std::make_shared<WatchedBody>(std::move(*stream));
  }
  return made;
}

template <class State>
Call<State> describe(std::shared_ptr<State> state, const CallOrigin& origin, const ServiceRequest& request,
                     Moment began) {
  Call<State> call;
  call.upstream = &state->upstreams.of_service(request.service);
  call.service = request.service;
  call.parent = {origin.trace_id.empty() ? trace::new_trace_id() : origin.trace_id, origin.span_id, origin.sampled};
  call.span = origin.span;
  call.patience = request.timeout;
  call.give_up = began + request.timeout;
  if (origin.deadline && *origin.deadline < call.give_up) call.give_up = *origin.deadline;
  call.state = std::move(state);
  return call;
}

// Until an answer, or until nobody is left whom it would be right to ask.
template <class State>
Async<Tried> try_instances(Call<State> call, http::ClientRequest request, registry::Instance to) {
  const typename Calls::Means& means = call.state->means;
  std::vector<std::string> tried_ids;
  for (int number = 1;; ++number) {
    tried_ids.push_back(to.id);
    Tried tried;
    if (means.hedge_after.count() > 0 && can_hedge(request)) {
      tried = co_await hedged(call, to, request, tried_ids);
    } else {
      tried = co_await exchange(call, to, request, number, nullptr);
    }
    if (number == kMostAttempts || call.state->closed || !may_repeat(request, tried.attempt)) co_return tried;
    const Moment now = means.now();
    if (resilience::time_left(call.give_up, now).count() == 0) co_return tried;
    auto next = call.upstream->pick(tried_ids, now);
    if (!next || !call.upstream->take_retry(now)) co_return tried;
    to = std::move(*next);
  }
}

template <class State>
Async<Result<http::ClientResponse>> send_call(std::shared_ptr<State> state, const CallOrigin& origin,
                                              ServiceRequest request) {
  const Moment began = state->means.now();
  Call<State> call = describe(state, origin, request, began);
  auto permit = call.upstream->enter(began);
  if (!permit) co_return fail(std::move(permit).error());
  Admission<State> admission(state, *call.upstream, *permit, began);
  auto first = call.upstream->pick({}, began);
  if (!first) {
    admission.leave(CallEnd::no_instance, CallOutcome::unknown);
    co_return fail(std::move(first).error());
  }
  http::ClientRequest made = prepared(state->means.internal_key, origin, std::move(request));
  Tried tried = co_await try_instances(call, std::move(made), std::move(*first));
  admission.leave(end_of(tried.attempt.answer), tried.outcome);
  if (!tried.attempt.answer) co_return fail(named(std::move(tried.attempt.answer).error(), call.service));
  co_return std::move(tried.attempt.answer);
}

}  // namespace

Calls::Calls(Means means) : state_(std::make_shared<State>(std::move(means))) {}

Calls::~Calls() { state_->closed = true; }

Async<Result<http::ClientResponse>> Calls::send(const CallOrigin& origin, ServiceRequest request) {
  return send_call(state_, origin, std::move(request));
}

std::optional<std::chrono::seconds> Calls::retry_after(const std::string& service) const {
  Upstream* upstream = state_->upstreams.find(service);
  const Moment now = state_->means.now();
  if (upstream == nullptr || upstream->show_breaker(now) == resilience::BreakerState::closed) return {};
  return upstream->retry_after(now);
}

Upstreams& Calls::upstreams() noexcept { return state_->upstreams; }

std::map<std::string, double> Calls::breakers() const {
  std::map<std::string, double> states;
  const Moment now = state_->means.now();
  for (auto& [service, upstream] : state_->upstreams.all()) {
    states["circuit_breaker_state." + service] = static_cast<double>(upstream.show_breaker(now));
  }
  return states;
}

}  // namespace valion
