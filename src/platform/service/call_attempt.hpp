// One exchange with one instance, and what it says of that instance and of trying again. Internal to this library.
#pragma once

#include <memory>
#include <string>

#include "platform/http/client.hpp"
#include "platform/resilience/circuit_breaker.hpp"
#include "platform/service/service_request.hpp"
#include "platform/service/upstream.hpp"

namespace valion {

// Passes a streamed body on and remembers what became of it.
class WatchedBody final : public http::BodyReader {
 public:
  explicit WatchedBody(std::shared_ptr<http::BodyReader> inner) : inner_(std::move(inner)) {}
  Async<Result<std::string>> read_some() override;
  [[nodiscard]] bool begun() const noexcept { return begun_; }    // so it cannot be sent a second time
  [[nodiscard]] bool failed() const noexcept { return failed_; }  // so the instance is not to blame

 private:
  std::shared_ptr<http::BodyReader> inner_;
  bool begun_ = false;
  bool failed_ = false;
};

// How an attempt ended, for the breaker and the ejection. `fair_time`: it had at least half of the request's own timeout.
[[nodiscard]] resilience::CallOutcome judge_status(int status, bool fair_time) noexcept;
[[nodiscard]] resilience::CallOutcome judge_failure(ErrorKind kind, bool fair_time) noexcept;
[[nodiscard]] resilience::CallOutcome judge(const Result<http::ClientResponse>& answer, bool fair_time);
[[nodiscard]] CallEnd end_of_status(int status) noexcept;
[[nodiscard]] CallEnd end_of_failure(ErrorKind kind) noexcept;
[[nodiscard]] CallEnd end_of(const Result<http::ClientResponse>& answer);

// May a request that got no answer be sent to another instance? `sent`: the first can have begun to act on it; `harmless`:
// doing it twice does no harm (an idempotent method, or an Idempotency-Key). Its body must be there to be sent again.
[[nodiscard]] bool may_repeat(ErrorKind failure, bool sent, bool harmless) noexcept;
[[nodiscard]] bool may_repeat(const http::ClientRequest& request, const http::Attempt& attempt);

}  // namespace valion
