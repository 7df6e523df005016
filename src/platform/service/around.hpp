// What happens around every handler: authentication, the caller's deadline, the request's span, the access log, metrics, and
// what a failure looks like outside.
#pragma once

#include <map>
#include <string>

#include "platform/auth/token.hpp"
#include "platform/http/server.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/trace/span.hpp"

namespace valion {

// One per server, on its event loop; must outlive it.
//
// Metrics: http_requests_total{route,method,status}, http_request_duration_seconds{route,method} and
// http_response_bytes_total{route}, http_errors_total{class="4xx"|"5xx"}; `route` is the template, `none` where nothing matched,
// so that strangers cannot add series.
// The log line is written, the time taken and the span ended when the body has left, also for streamed ones.
//
// A request whose caller has already given up (X-Request-Deadline) is answered 504 without running its handler; while one
// runs, request.deadline is what its own calls inherit.
class AroundHandlers {
 public:
  // `internal_key`: null when the service checks tokens itself.
  AroundHandlers(log::Logger& log, metrics::Registry& metrics, const auth::SigningKey* internal_key,
                 trace::Tracer tracer = {});

  Async<http::Response> serve(http::Request& request, const Result<http::Router::Match>& match);

 private:
  struct Series {
    prometheus::Counter* requests = nullptr;
    prometheus::Counter* bytes = nullptr;
    prometheus::Histogram* seconds = nullptr;
  };
  struct Finished;
  class CountedBody;

  Async<Result<http::Response>> answer(http::Request& request, const Result<http::Router::Match>& match);
  [[nodiscard]] Result<void> authenticate(http::Request& request) const;
  // The span of the whole exchange; request.sampled and request.span say what hangs below it.
  [[nodiscard]] trace::Span begin_span(http::Request& request) const;
  http::Response failure(const http::Request& request, Error error);
  Series& series(const std::string& route, std::string_view method, int status);
  void record(Finished& finished, std::uint64_t bytes);

  log::Logger& log_;
  metrics::Registry& metrics_;
  const auth::SigningKey* internal_key_;
  trace::Tracer tracer_;
  prometheus::Counter& client_errors_;
  prometheus::Counter& server_errors_;
  std::map<std::string, Series, std::less<>> series_;  // handles are kept: looking them up costs more than using them
};

}  // namespace valion
