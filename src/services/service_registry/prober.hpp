// The active health checks. Of all service_registry processes one leads: it alone probes and publishes verdicts, fenced by its term; the
// others wait for its lease to end. It also keeps registered services alive and takes away those critical for too long.
#pragma once

#include <cstdint>
#include <memory>

#include "platform/registry/registry.hpp"
#include "platform/service/base_service.hpp"
#include "services/service_registry/probe_history.hpp"

namespace valion::registry {

class Prober {
 public:
  // `context` must outlive the loop's work.
  Prober(ServiceContext& context, RegistrySettings settings, Thresholds thresholds);
  ~Prober();  // stops
  void start();
  // Lets another one lead at once.
  Async<void> stop();
  [[nodiscard]] bool leads() const noexcept;
  [[nodiscard]] std::uint64_t term() const noexcept;  // 0 while another one leads
  [[nodiscard]] std::size_t probed() const noexcept;  // instances with a history

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::registry
