// GET from another service, decoded as a contract type. Members of a newer service that we do not know are ignored.
#pragma once

#include <string>
#include <utility>

#include "platform/json/described.hpp"
#include "platform/service/base_service.hpp"

namespace valion {

// Requires `target` as the service itself knows it, e.g. `/data/versions/…`. Errors: those of fetch_from_service, and
// bad_gateway when the answer is not a T.
template <class T>
Result<T> decode_answer(const std::string& service, const std::string& target, const http::FetchedResponse& answer) {
  auto decoded = json::decode<T>(answer.body, json::Unknown::ignored);
  if (decoded) return decoded;
  return fail(ErrorKind::bad_gateway, service + " " + target + " answered something else: " + decoded.error().message);
}

[[nodiscard]] inline ServiceRequest get_request(std::string service, std::string target) {
  ServiceRequest request;
  request.service = std::move(service);
  request.target = std::move(target);
  return request;
}

template <class T>
Async<Result<T>> fetch_json(ServiceContext& context, const CallOrigin& origin, std::string service,
                            std::string target) {
  VALION_CO_TRY_ASSIGN(const auto answer, co_await context.fetch_from_service(origin, get_request(service, target)));
  co_return decode_answer<T>(service, target, answer);
}

// From a job thread.
template <class T>
Result<T> fetch_json_blocking(ServiceContext& context, const CallOrigin& origin, std::string service,
                              std::string target) {
  VALION_TRY_ASSIGN(const auto answer, context.fetch_blocking(origin, get_request(service, target)));
  return decode_answer<T>(service, target, answer);
}

}  // namespace valion
