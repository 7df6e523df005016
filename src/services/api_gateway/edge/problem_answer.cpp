#include "services/api_gateway/edge/problem_answer.hpp"

#include "platform/http/head_text.hpp"
#include "platform/http/problem.hpp"
#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/heads.hpp"

namespace valion::gateway {
namespace {

// For what makes problem documents for all services.
http::Request as_request(const Exchange& exchange, const Failure& failure) {
  http::Request request;
  request.target = std::string(exchange.head.path);
  request.request_id = std::string(exchange.ids.request_id());
  request.trace_id = std::string(exchange.ids.trace_id());
  request.allowed_methods = failure.allow;
  return request;
}

// Internal errors are ours: their words go to the log, the caller gets the id to ask about.
void hide_internal(const Exchange& exchange, Error& error) {
  if (error.kind != ErrorKind::internal) return;
  const std::string id(exchange.ids.request_id());
  exchange.steps.log.error(error.message, {{"request_id", id}, {"trace_id", std::string(exchange.ids.trace_id())}});
  error = make_error(ErrorKind::internal, "something went wrong on our side; the log has it under request id " + id);
}

}  // namespace

std::string_view title_of_status(int status) noexcept {
  switch (status) {
    case 408: return "The request took too long";
    case 414: return "The target of the request is too long";
    case 417: return "The expectation cannot be met";
    case 431: return "The head of the request is too large";
    case 501: return "This is not implemented here";
    case 505: return "This version of HTTP is not spoken here";
    default: return "The request cannot be read";
  }
}

std::string problem_answer(Exchange& exchange, Failure failure) {
  hide_internal(exchange, failure.error);
  const http::Request request = as_request(exchange, failure);
  http::Response response = failure.status == 0
                                ? http::problem_response(failure.error, request)
                                : http::problem_response_as(failure.status, failure.title, failure.error, request);
  if (failure.says_when_elsewhere) response.headers.erase("Retry-After");
  if (failure.retry_after) response.headers.set("Retry-After", std::to_string(failure.retry_after->count()));
  if (failure.error.kind == ErrorKind::unauthenticated && find(exchange.head.fields, "Authorization")) {
    response.headers.set("WWW-Authenticate", "Bearer error=\"invalid_token\"");  // RFC 6750 section 3.1
  }
  std::string document = std::get<std::string>(std::move(response.body));
  if (!failure.breaker.empty()) document.insert(document.size() - 1, ",\"circuit_breaker\":" + failure.breaker);

  ResponseHead head;
  head.status = response.status;
  head.reason = http::reason_of(response.status);
  for (const auto& [name, value] : response.headers) head.fields.push_back({name, value});
  const Framing framing{Framing::Kind::length, document.size(), exchange.keep_alive};
  write_answer_head(exchange, head, framing, failure.more_fields);
  exchange.status = response.status;
  exchange.bytes_out = document.size();
  return document;
}

}  // namespace valion::gateway
