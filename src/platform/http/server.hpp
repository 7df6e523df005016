// An HTTP/1.1 server on Beast: keep-alive, streaming bodies both ways, a deadline for each phase, limits everywhere.
// Beast is seen only by the .cpp files of this library: every other translation unit compiles without it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "platform/async/async.hpp"
#include "platform/http/frontend.hpp"
#include "platform/http/message.hpp"
#include "platform/http/router.hpp"

namespace valion::http {

struct ServerSettings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: a free one
  // A socket that listens already and becomes the server's; address and port are then its own. Requests that arrive while one
  // process hands over to the next wait in its queue.
  std::optional<int> inherited_listener;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};  // for each piece of a body, in either direction
  std::chrono::milliseconds idle_timeout{75'000};  // between requests
  std::size_t header_limit = 16 * 1024;
  std::size_t connection_limit = 10'000;
};

// What the server does around each handler; given by the service runtime (authentication, access log, metrics).
// `run` receives the request (route and parameters set when something matched) and the matched handler or the error
// of the router, and returns what is sent. It must not throw.
using Around = std::function<Async<Response>(Request&, const Result<Router::Match>&)>;

class Server final : public Frontend {
 public:
  // Binds at once, so that port() is known; throws std::system_error when the port is taken («cannot start»).
  // `router` must outlive the server.
  Server(Executor executor, ServerSettings settings, const Router& router, Around around);
  ~Server() override;

  [[nodiscard]] std::uint16_t port() const noexcept override;
  void start() override;
  Async<void> drain(std::chrono::milliseconds deadline) override;
  [[nodiscard]] std::size_t connections() const noexcept override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::http
