#include "platform/service/call_attempt.hpp"

namespace valion {

using resilience::CallOutcome;

Async<Result<std::string>> WatchedBody::read_some() {
  begun_ = true;
  auto piece = co_await inner_->read_some();
  if (!piece) failed_ = true;
  co_return piece;
}

CallOutcome judge_status(int status, bool fair_time) noexcept {
  constexpr int kTooLate = 504;
  if (status < 500) return CallOutcome::success;
  return status != kTooLate || fair_time ? CallOutcome::failure : CallOutcome::unknown;
}

CallOutcome judge_failure(ErrorKind kind, bool fair_time) noexcept {
  switch (kind) {
    case ErrorKind::unavailable:
    case ErrorKind::bad_gateway: return CallOutcome::failure;
    case ErrorKind::timeout: return fair_time ? CallOutcome::failure : CallOutcome::unknown;
    default: return CallOutcome::unknown;
  }
}

CallOutcome judge(const Result<http::ClientResponse>& answer, bool fair_time) {
  return answer ? judge_status(answer->status, fair_time) : judge_failure(answer.error().kind, fair_time);
}

CallEnd end_of_status(int status) noexcept {
  return status >= 500 ? CallEnd::server_error : status >= 400 ? CallEnd::client_error : CallEnd::ok;
}

CallEnd end_of_failure(ErrorKind kind) noexcept {
  switch (kind) {
    case ErrorKind::unavailable:
    case ErrorKind::bad_gateway: return CallEnd::unreachable;
    case ErrorKind::timeout: return CallEnd::timed_out;
    default: return CallEnd::failed;
  }
}

CallEnd end_of(const Result<http::ClientResponse>& answer) {
  return answer ? end_of_status(answer->status) : end_of_failure(answer.error().kind);
}

bool may_repeat(ErrorKind failure, bool sent, bool harmless) noexcept {
  if (!sent) return failure == ErrorKind::unavailable || failure == ErrorKind::timeout;
  return failure == ErrorKind::unavailable && harmless;
}

bool may_repeat(const http::ClientRequest& request, const http::Attempt& attempt) {
  if (attempt.answer) return false;
  if (const auto* stream = std::get_if<std::shared_ptr<http::BodyReader>>(&request.body)) {
    const auto* watched = dynamic_cast<const WatchedBody*>(stream->get());
    if (watched == nullptr || watched->begun()) return false;
  }
  const bool idempotent = request.method != http::Method::post && request.method != http::Method::patch;
  const bool harmless = idempotent || request.headers.find("Idempotency-Key");
  return may_repeat(attempt.answer.error().kind, attempt.sent, harmless);
}

}  // namespace valion
