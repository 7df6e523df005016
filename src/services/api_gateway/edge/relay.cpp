#include "services/api_gateway/edge/relay.hpp"

#include "platform/service/calls.hpp"
#include "services/api_gateway/edge/header_hygiene.hpp"
#include "services/api_gateway/edge/public_problem.hpp"

namespace valion::gateway {
namespace {

// Longer than the longest `Prefer: wait=60`, so that a service that waits on purpose is not cut off.
constexpr std::chrono::seconds kAnswerPatience{120};

// A request without a body is told apart so that it can be sent to another instance when the first is gone.
bool has_body(const http::Request& request) {
  return request.content_length.value_or(0) > 0 || request.headers.find("Transfer-Encoding").has_value();
}

// Longer ones are no problem documents of ours.
constexpr std::size_t kLongestProblem = 4u << 20;

bool is_problem(const http::ClientResponse& answer) {
  return answer.headers.find("Content-Type").value_or("").starts_with("application/problem+json");
}

// The client of a service whose circuit breaker is open hears when to come back.
Result<http::Response> refused(const ServiceContext& context, const RelayedRoute& route, const http::Request& request,
                               Error error) {
  const auto after = context.calls.retry_after(std::string(route.service));
  if (error.kind != ErrorKind::unavailable || !after) return fail(std::move(error));
  http::Response response = http::problem_response(error, request);
  response.headers.set("Retry-After", std::to_string(after->count()));
  return response;
}

http::Response public_response(const RelayedRoute& route, http::ClientResponse answer) {
  http::Response response;
  response.status = answer.status;
  response.headers = towards_client(answer.headers);
  if (const auto location = response.headers.find("Location")) {
    response.headers.set("Location", public_location(route, *location));
  }
  response.body = std::move(answer.body);
  return response;
}

}  // namespace

Async<Result<http::Response>> relay(ServiceContext& context, const RelayedRoute& route, const http::Request& request) {
  auto target = service_target(route, request.target);
  if (!target) co_return fail(ErrorKind::not_found, "there is nothing at " + request.target);
  ServiceRequest passed;
  passed.service = std::string(route.service);
  passed.method = request.method;
  passed.target = std::move(*target);
  passed.headers = towards_service(request.headers);
  passed.timeout = kAnswerPatience;
  if (has_body(request)) {
    passed.body = request.body;
    passed.content_length = request.content_length;
  }
  const CallOrigin origin = CallOrigin::of(request);
  auto answer = co_await context.call_service(origin, std::move(passed));
  if (!answer) co_return refused(context, route, request, std::move(answer).error());
  if (!is_problem(*answer) || request.method == http::Method::head)
    co_return public_response(route, std::move(*answer));
  auto problem = co_await http::read_all(*answer->body, kLongestProblem);
  if (!problem) co_return fail(std::move(problem).error());
  http::Response response = public_response(route, std::move(*answer));
  response.headers.erase("Content-Length");
  response.body = public_problem(route, request.target, *problem);
  co_return response;
}

}  // namespace valion::gateway
