// THE table from error kind to HTTP, and problem documents (RFC 9457) both ways.
#include "platform/http/problem.hpp"
#include "platform/http/problem_document.hpp"
#include "platform/json/described.hpp"

namespace valion::http {
namespace {

struct Mapping {
  ErrorKind kind;
  int status;
  std::string_view title;
};

constexpr Mapping kTable[] = {
    {ErrorKind::malformed, 400, "The request cannot be read"},
    {ErrorKind::invalid, 422, "The request breaks a rule"},
    {ErrorKind::unauthenticated, 401, "A valid token is needed"},
    {ErrorKind::expired, 401, "The token has expired"},
    {ErrorKind::forbidden, 403, "This is not allowed"},
    {ErrorKind::not_found, 404, "There is no such thing"},
    {ErrorKind::method_not_allowed, 405, "The method does not fit the resource"},
    {ErrorKind::conflict, 409, "The state of the resource refuses this"},
    {ErrorKind::precondition_failed, 412, "The precondition does not hold"},
    {ErrorKind::length_required, 411, "A length is needed"},
    {ErrorKind::too_large, 413, "The request is too large"},
    {ErrorKind::unsupported_media_type, 415, "The media type is not supported"},
    {ErrorKind::too_many_requests, 429, "Too many requests"},
    {ErrorKind::unavailable, 503, "The service is not available"},
    {ErrorKind::bad_gateway, 502, "An upstream service answered nonsense"},
    {ErrorKind::timeout, 504, "An upstream service took too long"},
    {ErrorKind::cancelled, 409, "The work was cancelled"},
    {ErrorKind::interrupted, 500, "The work was interrupted"},
    {ErrorKind::internal, 500, "An error on our side"},
};

const Mapping& mapping_of(ErrorKind kind) noexcept {
  for (const Mapping& mapping : kTable) {
    if (mapping.kind == kind) return mapping;
  }
  return kTable[std::size(kTable) - 1];
}

constexpr std::string_view kTypePrefix = "urn:valion:problem:";

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

std::vector<ProblemError> errors_of(const Error& error) {
  std::vector<ProblemError> errors;
  for (const Violation& violation : error.violations) {
    errors.push_back({unless_empty(violation.pointer), violation.message,
                      violation.row >= 0 ? std::optional(violation.row) : std::nullopt, unless_empty(violation.column),
                      unless_empty(violation.value)});
  }
  return errors;
}

ErrorKind kind_of_status(int status) {
  for (const Mapping& mapping : kTable) {
    if (mapping.status == status) return mapping.kind;
  }
  return status >= 500 ? ErrorKind::bad_gateway : ErrorKind::invalid;
}

ErrorKind kind_named(const std::string& name, int status) {
  for (const Mapping& mapping : kTable) {
    if (name_of(mapping.kind) == name) return mapping.kind;
  }
  return kind_of_status(status);
}

void add_fields_of_kind(Headers& headers, ErrorKind kind) {
  if (kind == ErrorKind::unauthenticated) headers.set("WWW-Authenticate", "Bearer");
  if (kind == ErrorKind::expired) {
    headers.set("WWW-Authenticate", R"(Bearer error="invalid_token", error_description="the token has expired")");
  }
  if (kind == ErrorKind::unavailable || kind == ErrorKind::too_many_requests) headers.set("Retry-After", "1");
}

}  // namespace

int status_of(ErrorKind kind) noexcept { return mapping_of(kind).status; }

Response problem_response(const Error& error, const Request& request) {
  const Mapping& mapping = mapping_of(error.kind);
  return problem_response_as(mapping.status, mapping.title, error, request);
}

Response problem_response_as(int status, std::string_view title, const Error& error, const Request& request) {
  Problem problem;
  problem.type = std::string(kTypePrefix) + std::string(name_of(error.kind));
  problem.title = title;
  problem.status = status;
  problem.detail = error.message;
  problem.instance = request.target.substr(0, request.target.find('?'));
  problem.kind = name_of(error.kind);
  if (!error.violations.empty()) {
    problem.errors = errors_of(error);
    problem.errors_total = error.violation_total;
  }
  problem.request_id = request.request_id;
  problem.trace_id = request.trace_id;
  Response response = text_response(status, "application/problem+json", json::encode(problem));
  add_fields_of_kind(response.headers, error.kind);
  if (error.kind == ErrorKind::method_not_allowed && !request.allowed_methods.empty()) {
    response.headers.set("Allow", request.allowed_methods);
  }
  return response;
}

Error error_from_response(int status, std::string_view content_type, const std::string& body) {
  constexpr std::size_t kLongestDetail = 500;
  if (content_type.starts_with("application/problem+json")) {
    if (const auto problem = json::decode<Problem>(body, json::Unknown::ignored)) {
      Error error = make_error(kind_named(problem->kind, status), problem->detail);
      for (const ProblemError& one : problem->errors.value_or(std::vector<ProblemError>{})) {
        error.add({one.pointer.value_or(""), one.detail, one.row.value_or(-1), one.column.value_or(""),
                   one.value.value_or("")});
      }
      error.violation_total = problem->errors_total.value_or(error.violation_total);
      return error;
    }
  }
  return make_error(kind_of_status(status), "status " + std::to_string(status) + ": " + body.substr(0, kLongestDetail));
}

}  // namespace valion::http
