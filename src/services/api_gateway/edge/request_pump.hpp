// The body of a request on its way to the server while the answer is already listened for: either may end first.
#pragma once

#include <memory>

#include "services/api_gateway/edge/exchange.hpp"
#include "services/api_gateway/edge/signal.hpp"
#include "services/api_gateway/edge/upstream_pool.hpp"

namespace valion::gateway {

// Wait for it before what it reads and writes goes.
class RequestPump {
 public:
  // Begins at once. A client that fails ends the server's connection too: whoever listens there is woken.
  [[nodiscard]] static std::unique_ptr<RequestPump> start(Exchange& exchange, UpstreamConnection& to);
  RequestPump(Exchange& exchange, UpstreamConnection& to);

  [[nodiscard]] bool finished() const noexcept { return finished_; }  // everything has been sent
  [[nodiscard]] bool ended() const noexcept { return ended_->given(); }
  [[nodiscard]] bool client_failed() const noexcept { return client_failed_; }
  [[nodiscard]] const Error& error() const noexcept { return error_; }  // when the client has failed
  Async<void> wait();

 private:
  static Async<void> run(RequestPump& pump);
  Async<void> pass();
  Async<bool> write(Pieces pieces);

  Exchange& exchange_;
  UpstreamConnection& to_;
  std::shared_ptr<Signal> ended_;
  bool finished_ = false;
  bool client_failed_ = false;
  Error error_;
};

}  // namespace valion::gateway
