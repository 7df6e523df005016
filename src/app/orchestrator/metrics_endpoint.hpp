// `GET /metrics` for the whole system, on the orchestrator's own port (9090): each running service is asked when somebody asks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/config/settings.hpp"
#include "platform/http/client.hpp"
#include "platform/http/server.hpp"

namespace valion::app {

class MetricsEndpoint {
 public:
  // `addresses` gives the services' addresses (`http://127.0.0.1:8001`) at the moment of the call.
  // Throws std::system_error when the port is taken.
  using Addresses = std::function<std::vector<std::string>()>;
  MetricsEndpoint(Executor executor, const Settings& settings, Addresses addresses);
  void start() { server_->start(); }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  Async<void> stop();

 private:
  Async<Result<http::Response>> answer();

  http::Client client_;
  Addresses addresses_;
  http::Router router_;
  std::unique_ptr<http::Server> server_;
};

}  // namespace valion::app
