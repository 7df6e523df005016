// Calls to other services: resolved, balanced, signed, within the caller's deadline and trace, and careful with who is ill.
//
//   deadline   the earlier of the request's own timeout and what the origin has left; told on in X-Request-Deadline
//   breaker    one per called service (resilience/circuit_breaker.hpp); an open one refuses at once
//   ejection   instances that fail five times in a row are spared for a while (resilience/outlier_ejection.hpp)
//   retries    on another instance, at most two, within the budget (resilience/retry_budget.hpp), never after an answer; only
//              when the first instance was never reached, or when doing it twice is harmless (an idempotent method, or an
//              Idempotency-Key), and the body can be sent again (text, a file, or a stream of which nothing was read)
//   hedging    by setting calls.hedge_ms: a GET or HEAD without an answer for so long goes to a second instance too; the first
//              answer wins, the other exchange is ended
// Failures are: no connection, a lost one, nonsense, 5xx, and no answer in time when there was at least half of the request's
// own timeout: a caller in a hurry must not make a healthy service look ill. A 4xx is never one.
// On the event loop thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/registry/registry.hpp"
#include "platform/resilience/moment.hpp"
#include "platform/service/service_request.hpp"
#include "platform/trace/span.hpp"

namespace valion {

class Upstreams;

class Calls {
 public:
  // All must outlive it.
  struct Means {
    Executor executor;
    http::Client& http;
    registry::Directory& directory;
    metrics::Registry& metrics;
    log::Logger& log;
    const auth::SigningKey& internal_key;
    trace::Tracer tracer;
    std::chrono::milliseconds hedge_after{0};  // 0: never
    std::function<resilience::Moment()> now = std::chrono::steady_clock::now;
  };
  explicit Calls(Means means);
  ~Calls();  // calls still on their way are told to nobody

  // Any HTTP status is a success. Errors: unavailable (no instance, none reached, or the breaker, which the message names),
  // timeout, bad_gateway, or that of the request's own body. `origin` must live until this returns.
  Async<Result<http::ClientResponse>> send(const CallOrigin& origin, ServiceRequest request);

  // When calls to `service` may pass again, while its breaker is not closed; nothing otherwise.
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after(const std::string& service) const;
  // What is known of each; the gateway's own relaying goes by the same breakers, budgets and figures. Lives as long as this.
  [[nodiscard]] Upstreams& upstreams() noexcept;
  // `circuit_breaker_state.{service}` of every service called so far, for /health; brings the gauges up to date.
  [[nodiscard]] std::map<std::string, double> breakers() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion
