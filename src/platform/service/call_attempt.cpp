#include "platform/service/call_attempt.hpp"

namespace valion {

using resilience::CallOutcome;

Async<Result<std::string>> WatchedBody::read_some() {
  begun_ = true;
  auto piece = co_await inner_->read_some();
  if (!piece) failed_ = true;
  co_return piece;
}

CallOutcome judge(const Result<http::ClientResponse>& answer, bool fair_time) {
  constexpr int kTooLate = 504;
  if (answer) {
    if (answer->status < 500) return CallOutcome::success;
    return answer->status != kTooLate || fair_time ? CallOutcome::failure : CallOutcome::unknown;
  }
  switch (answer.error().kind) {
    case ErrorKind::unavailable:
    case ErrorKind::bad_gateway: return CallOutcome::failure;
    case ErrorKind::timeout: return fair_time ? CallOutcome::failure : CallOutcome::unknown;
    default: return CallOutcome::unknown;
  }
}

CallEnd end_of(const Result<http::ClientResponse>& answer) {
  if (answer)
    return answer->status >= 500 ? CallEnd::server_error : answer->status >= 400 ? CallEnd::client_error : CallEnd::ok;
  switch (answer.error().kind) {
    case ErrorKind::unavailable:
    case ErrorKind::bad_gateway: return CallEnd::unreachable;
    case ErrorKind::timeout: return CallEnd::timed_out;
    default: return CallEnd::failed;
  }
}

bool may_repeat(const http::ClientRequest& request, const http::Attempt& attempt) {
  if (attempt.answer) return false;
  const ErrorKind kind = attempt.answer.error().kind;
  if (const auto* stream = std::get_if<std::shared_ptr<http::BodyReader>>(&request.body)) {
    const auto* watched = dynamic_cast<const WatchedBody*>(stream->get());
    if (watched == nullptr || watched->begun()) return false;
  }
  if (!attempt.sent) return kind == ErrorKind::unavailable || kind == ErrorKind::timeout;
  const bool idempotent = request.method != http::Method::post && request.method != http::Method::patch;
  return kind == ErrorKind::unavailable && (idempotent || request.headers.find("Idempotency-Key"));
}

}  // namespace valion
