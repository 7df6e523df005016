// Calls from one service to another: found in the registry, signed on behalf of the caller, in the caller's trace.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <cassert>

#include "platform/service/base_service.hpp"
#include "platform/trace/context.hpp"

namespace valion {
namespace {

constexpr std::chrono::seconds kInternalTokenLifetime{60};

// A call that may be sent again: its body can be produced a second time, and doing it twice does no harm even if the first
// instance had begun to work before it went away.
bool repeatable(const ServiceRequest& request) {
  const bool streams = std::holds_alternative<std::shared_ptr<http::BodyReader>>(request.body);
  return !streams && request.method != http::Method::post && request.method != http::Method::patch;
}

http::Headers signed_headers(const auth::SigningKey& key, const CallOrigin& origin, http::Headers headers) {
  const auth::TokenSettings settings{auth::kInternalAudience, kInternalTokenLifetime, std::chrono::seconds(5)};
  headers.set("Authorization",
              "Bearer " + auth::issue_token(key, settings, origin.principal, std::chrono::system_clock::now()));
  const std::string trace_id = origin.trace_id.empty() ? trace::new_trace_id() : origin.trace_id;
  headers.set("traceparent", trace::to_traceparent({trace_id, trace::new_span_id(), origin.sampled}));
  headers.set("X-Request-Id", origin.request_id.empty() ? trace::accept_request_id(std::nullopt) : origin.request_id);
  return headers;
}

http::ClientRequest addressed_to(const registry::Instance& instance, ServiceRequest request) {
  http::ClientRequest made;
  made.host = instance.host;
  made.port = instance.port;
  made.method = request.method;
  made.target = std::move(request.target);
  made.headers = std::move(request.headers);
  made.body = std::move(request.body);
  made.content_length = request.content_length;
  made.timeout = request.timeout;
  return made;
}

// The part of the error that the caller can use: which service it was, and what happened.
Error named(Error error, const std::string& service) {
  error.message = service + ": " + error.message;
  return error;
}

}  // namespace

Async<Result<http::ClientResponse>> ServiceContext::call_service(const CallOrigin& origin, ServiceRequest request) {
  request.headers = signed_headers(internal_key, origin, std::move(request.headers));
  VALION_CO_TRY_ASSIGN(const registry::Instance first, directory.pick(request.service));
  if (!repeatable(request)) {
    const std::string service = request.service;
    auto answer = co_await http.send(addressed_to(first, std::move(request)));
    if (!answer) co_return fail(named(std::move(answer).error(), service));
    co_return answer;
  }
  auto answer = co_await http.send(addressed_to(first, request));
  if (!answer && answer.error().kind == ErrorKind::unavailable) {
    std::vector<std::string> tried;
    tried.push_back(first.id);
    if (const auto second = directory.pick(request.service, tried)) {
      auto again = co_await http.send(addressed_to(*second, request));
      answer = std::move(again);
    }
  }
  if (!answer) co_return fail(named(std::move(answer).error(), request.service));
  co_return answer;
}

Async<Result<http::FetchedResponse>> ServiceContext::fetch_from_service(const CallOrigin& origin,
                                                                        ServiceRequest request,
                                                                        std::size_t body_limit) {
  const std::string service = request.service;
  VALION_CO_TRY_ASSIGN(http::ClientResponse response, co_await call_service(origin, std::move(request)));
  auto body = co_await http::read_all(*response.body, body_limit);
  if (!body) co_return fail(named(std::move(body).error(), service));
  if (response.status >= 400) {
    const auto type = response.headers.find("Content-Type");
    co_return fail(http::error_from_response(response.status, type.value_or(""), *body));
  }
  co_return http::FetchedResponse{response.status, std::move(response.headers), std::move(*body)};
}

Result<http::FetchedResponse> ServiceContext::fetch_blocking(const CallOrigin& origin, ServiceRequest request,
                                                             std::size_t body_limit) {
  assert(!executor.running_in_this_thread() && "fetch_blocking would wait for its own thread");
  auto answer = asio::co_spawn(executor, fetch_from_service(origin, std::move(request), body_limit), asio::use_future);
  try {
    return answer.get();
  } catch (const std::exception& error) {  // what a coroutine throws is our bug; a job must not die of it
    return fail(ErrorKind::internal, std::string("the call did not complete: ") + error.what());
  }
}

}  // namespace valion
