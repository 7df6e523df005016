// The gateway's public port: accepts connections and lets each serve itself.
#pragma once

#include <cstdint>
#include <memory>
#include <set>

#include "platform/http/frontend.hpp"
#include "services/api_gateway/edge/edge.hpp"
#include "services/api_gateway/edge/tls.hpp"

namespace valion::gateway {

class Listener final : public http::Frontend {
 public:
  // Binds at once, or takes over an inherited socket; throws std::system_error when it cannot. `tls` may be null: plain HTTP.
  // edge->steps must be set before start().
  Listener(std::shared_ptr<Edge> edge, const http::ServerSettings& where, std::shared_ptr<TlsContext> tls = nullptr);
  ~Listener() override;

  [[nodiscard]] std::uint16_t port() const noexcept override;
  void start() override;
  Async<void> drain(std::chrono::milliseconds deadline) override;
  [[nodiscard]] std::size_t connections() const noexcept override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::gateway
