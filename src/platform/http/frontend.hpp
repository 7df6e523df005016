// What takes clients' connections for a process: our Server on Beast, or something of a service's own.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "platform/async/async.hpp"

namespace valion::http {

class Frontend {
 public:
  Frontend() = default;
  virtual ~Frontend() = default;  // closes whatever is still open
  Frontend(const Frontend&) = delete;
  Frontend& operator=(const Frontend&) = delete;

  [[nodiscard]] virtual std::uint16_t port() const noexcept = 0;  // bound since construction
  virtual void start() = 0;
  // Stops accepting, lets running requests finish until `deadline`, then closes what is left. Idle connections close
  // at once.
  virtual Async<void> drain(std::chrono::milliseconds deadline) = 0;
  [[nodiscard]] virtual std::size_t connections() const noexcept = 0;
};

}  // namespace valion::http
