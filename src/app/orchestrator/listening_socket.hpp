// A TCP socket that listens, opened by the orchestrator for a service that inherits it: while the service is restarted, its
// clients wait in the queue of the socket instead of being refused, and the port cannot be taken meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace valion::app {

class ListeningSocket {
 public:
  // conflict when the port is taken: who holds it, and what to do. `port` 0: a free one.
  [[nodiscard]] static Result<ListeningSocket> open(const std::string& address, std::uint16_t port);
  ~ListeningSocket();
  ListeningSocket(ListeningSocket&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), port_(other.port_) {}
  ListeningSocket& operator=(ListeningSocket&& other) noexcept;
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  ListeningSocket(int descriptor, std::uint16_t port) : descriptor_(descriptor), port_(port) {}
  int descriptor_;
  std::uint16_t port_;
};

}  // namespace valion::app
