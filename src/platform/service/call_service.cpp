// What services use of calls.hpp: the answer as a stream, whole, or waited for by a job.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <cassert>

#include "platform/service/base_service.hpp"
#include "platform/service/calls.hpp"

namespace valion {
namespace {

// The part of the error that the caller can use: which service it was, and what happened.
Error named(Error error, const std::string& service) {
  error.message = service + ": " + error.message;
  return error;
}

// A body that drips must not outlast the caller: the deadline is looked at between its pieces.
Async<Result<std::string>> read_before(http::BodyReader& body, std::size_t limit,
                                       std::optional<std::chrono::steady_clock::time_point> deadline) {
  std::string whole;
  for (;;) {
    auto piece = co_await body.read_some();
    if (!piece) co_return fail(std::move(piece).error());
    if (piece->empty()) co_return whole;
    if (piece->size() > limit - whole.size())
      co_return fail(ErrorKind::too_large,
                     "the answer is larger than the limit of " + std::to_string(limit) + " bytes");
    whole += *piece;
    if (deadline && std::chrono::steady_clock::now() > *deadline)
      co_return fail(ErrorKind::timeout, "the caller's deadline passed while the answer was read");
  }
}

}  // namespace

Async<Result<http::ClientResponse>> ServiceContext::call_service(const CallOrigin& origin, ServiceRequest request) {
  return calls.send(origin, std::move(request));
}

Async<Result<http::FetchedResponse>> ServiceContext::fetch_from_service(const CallOrigin& origin,
                                                                        ServiceRequest request,
                                                                        std::size_t body_limit) {
  const std::string service = request.service;
  const auto deadline = origin.deadline;
  VALION_CO_TRY_ASSIGN(http::ClientResponse response, co_await call_service(origin, std::move(request)));
  auto body = co_await read_before(*response.body, body_limit, deadline);
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
  CallOrigin lasting = origin;
  lasting.deadline.reset();
  auto answer = asio::co_spawn(executor, fetch_from_service(lasting, std::move(request), body_limit), asio::use_future);
  try {
    return answer.get();
  } catch (const std::exception& error) {  // what a coroutine throws is our bug; a job must not die of it
    return fail(ErrorKind::internal, std::string("the call did not complete: ") + error.what());
  }
}

}  // namespace valion
