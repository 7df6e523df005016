#include "platform/service/around.hpp"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>

#include <exception>

#include "platform/resilience/deadline.hpp"

namespace valion {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kNoRoute = "none";

std::uint64_t size_of(const http::ResponseBody& body) {
  if (const auto* text = std::get_if<std::string>(&body)) return text->size();
  if (const auto* file = std::get_if<http::FileBody>(&body)) {
    std::error_code error;
    const auto size = std::filesystem::file_size(file->path, error);
    return error ? 0 : size;
  }
  return 0;
}

prometheus::Counter& errors_of(metrics::Registry& metrics, const char* status_class) {
  return metrics.counter("http_errors_total", "Requests answered with a failing status", {{"class", status_class}});
}

// The milliseconds that the caller still waits, as a moment on our clock; refuses a request that comes too late.
Result<void> take_deadline(http::Request& request) {
  const auto header = request.headers.find(resilience::kDeadlineHeader);
  if (!header) return {};
  const auto now = Clock::now();
  VALION_TRY_ASSIGN(request.deadline, resilience::parse_deadline(*header, now));
  if (resilience::time_left(*request.deadline, now).count() > 0) return {};
  return fail(ErrorKind::timeout, "the caller's deadline had passed before the work began");
}

}  // namespace

// What is known of an exchange when its response begins.
struct AroundHandlers::Finished {
  Clock::time_point began;
  std::string method, route, path, request_id, trace_id, tenant, user, remote;
  int status = 0;
  trace::Span span;
};

// Passes a streamed body on, and records the exchange when the server lets go of it.
class AroundHandlers::CountedBody final : public http::BodyReader {
 public:
  CountedBody(AroundHandlers& around, Finished finished, std::shared_ptr<http::BodyReader> inner)
      : around_(around), finished_(std::move(finished)), inner_(std::move(inner)) {}
  ~CountedBody() override { around_.record(finished_, bytes_); }
  CountedBody(const CountedBody&) = delete;
  CountedBody& operator=(const CountedBody&) = delete;

  Async<Result<std::string>> read_some() override {
    auto piece = co_await inner_->read_some();
    if (piece) bytes_ += piece->size();
    co_return piece;
  }

 private:
  AroundHandlers& around_;
  Finished finished_;
  std::shared_ptr<http::BodyReader> inner_;
  std::uint64_t bytes_ = 0;
};

AroundHandlers::AroundHandlers(log::Logger& log, metrics::Registry& metrics, const auth::SigningKey* internal_key,
                               trace::Tracer tracer)
    : log_(log),
      metrics_(metrics),
      internal_key_(internal_key),
      tracer_(std::move(tracer)),
      client_errors_(errors_of(metrics, "4xx")),
      server_errors_(errors_of(metrics, "5xx")) {}

Async<http::Response> AroundHandlers::serve(http::Request& request, const Result<http::Router::Match>& match) {
  Finished finished;
  finished.began = Clock::now();
  finished.span = begin_span(request);
  auto answered = co_await answer(request, match);
  http::Response response = answered ? std::move(*answered) : failure(request, std::move(answered).error());
  response.headers.set("X-Request-Id", request.request_id);

  finished.method = std::string(http::name_of(request.method));
  finished.route = request.route.empty() ? std::string(kNoRoute) : request.route;
  finished.path = request.path;
  finished.request_id = request.request_id;
  finished.trace_id = request.trace_id;
  finished.remote = request.remote_address;
  finished.status = response.status;
  if (request.principal) {
    finished.tenant = request.principal->tenant;
    finished.user = request.principal->user;
  }
  if (auto* reader = std::get_if<std::shared_ptr<http::BodyReader>>(&response.body); reader != nullptr && *reader) {
    *reader = std::make_shared<CountedBody>(*this, std::move(finished), std::move(*reader));
  } else {
    record(finished, size_of(response.body));
  }
  co_return response;
}

Async<Result<http::Response>> AroundHandlers::answer(http::Request& request, const Result<http::Router::Match>& match) {
  if (!match) co_return fail(match.error());
  VALION_CO_TRY(take_deadline(request));
  if (internal_key_ != nullptr && !match->options.anonymous) VALION_CO_TRY(authenticate(request));
  try {
    auto response = co_await (*match->handler)(request);
    co_return response;
  } catch (const std::exception& error) {
    co_return fail(ErrorKind::internal, std::string("the handler threw: ") + error.what());
  }
}

trace::Span AroundHandlers::begin_span(http::Request& request) const {
  if (request.parent_span_id.empty()) request.sampled = tracer_.samples(request.trace_id);
  if (!request.sampled || !tracer_.on()) return {};
  const std::string route = request.route.empty() ? std::string(kNoRoute) : request.route;
  trace::Span span = tracer_.begin({request.trace_id, request.span_id, true}, request.parent_span_id,
                                   std::string(http::name_of(request.method)) + " " + route, trace::SpanKind::server);
  span.set("http.request.method", std::string(http::name_of(request.method)));
  span.set("http.route", route);
  span.set("url.path", request.path);
  span.set("request_id", request.request_id);
  request.span = span.parent();
  return span;
}

Result<void> AroundHandlers::authenticate(http::Request& request) const {
  const auto header = request.headers.find("Authorization");
  VALION_TRY_ASSIGN(const std::string_view token, auth::bearer(header.value_or("")));
  auth::TokenSettings settings;
  settings.audience = auth::kInternalAudience;
  VALION_TRY_ASSIGN(request.principal,
                    auth::verify_token(*internal_key_, settings, token, std::chrono::system_clock::now()));
  return {};
}

// Internal errors are ours: their words go to the log, the caller gets the id to ask about.
http::Response AroundHandlers::failure(const http::Request& request, Error error) {
  if (error.kind == ErrorKind::internal) {
    log_.error(error.message,
               {{"request_id", request.request_id}, {"trace_id", request.trace_id}, {"route", request.route}});
    error = make_error(ErrorKind::internal,
                       "something went wrong on our side; the log has it under request id " + request.request_id);
  }
  http::Response response = http::problem_response(error, request);
  // RFC 6750 section 3.1: a token that was offered and does not hold is named so; without one there is only the challenge.
  if (error.kind == ErrorKind::unauthenticated && request.headers.find("Authorization")) {
    response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }
  return response;
}

AroundHandlers::Series& AroundHandlers::series(const std::string& route, std::string_view method, int status) {
  const std::string status_text = std::to_string(status);
  std::string key = route;
  key.append("\n").append(method).append("\n").append(status_text);
  const auto found = series_.find(key);
  if (found != series_.end()) return found->second;
  const metrics::Labels by_route{{"route", route}, {"method", std::string(method)}};
  metrics::Labels by_status = by_route;
  by_status.emplace("status", status_text);
  Series made;
  made.requests = &metrics_.counter("http_requests_total", "Requests answered", by_status);
  made.bytes = &metrics_.counter("http_response_bytes_total", "Bytes of response bodies", {{"route", route}});
  made.seconds =
      &metrics_.latency("http_request_duration_seconds", "From the request's head to the response's end", by_route);
  return series_.emplace(std::move(key), made).first->second;
}

void AroundHandlers::record(Finished& finished, std::uint64_t bytes) {
  const double seconds = std::chrono::duration<double>(Clock::now() - finished.began).count();
  Series& handles = series(finished.route, finished.method, finished.status);
  handles.requests->Increment();
  if (finished.status >= 400) (finished.status >= 500 ? server_errors_ : client_errors_).Increment();
  handles.bytes->Increment(static_cast<double>(bytes));
  handles.seconds->Observe(seconds);
  if (finished.span.recording()) {
    finished.span.set("http.response.status_code", std::int64_t{finished.status});
    finished.span.set("http.response.body.size", static_cast<std::int64_t>(bytes));
    if (finished.status >= 500) finished.span.fail("status " + std::to_string(finished.status));
    finished.span.end();
  }
  log_.info("request", {{"method", finished.method},
                        {"route", finished.route},
                        {"path", finished.path},
                        {"status", std::int64_t{finished.status}},
                        {"ms", seconds * 1e3},
                        {"request_id", finished.request_id},
                        {"trace_id", finished.trace_id},
                        {"tenant", finished.tenant},
                        {"user_id", finished.user},
                        {"remote", finished.remote},
                        {"bytes", static_cast<std::int64_t>(bytes)}});
}

}  // namespace valion
