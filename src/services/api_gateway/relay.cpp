#include "services/api_gateway/relay.hpp"

#include "services/api_gateway/header_hygiene.hpp"

namespace valion::gateway {
namespace {

// Longer than the longest `Prefer: wait=60`, so that a service that waits on purpose is not cut off.
constexpr std::chrono::seconds kAnswerPatience{120};

// A request without a body is told apart so that it can be sent to another instance when the first is gone.
bool has_body(const http::Request& request) {
  return request.content_length.value_or(0) > 0 || request.headers.find("Transfer-Encoding").has_value();
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
  if (!answer) co_return fail(std::move(answer).error());
  co_return public_response(route, std::move(*answer));
}

}  // namespace valion::gateway
