// Probes every instance, says who is well, and answers Consul's questions. See contracts/registry.hpp for the routes and for who
// may call them, prober.hpp for who leads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "platform/service/base_service.hpp"

namespace valion {

class ServiceRegistry final : public BaseService {
 public:
  static constexpr std::string_view kName = "service_registry";

  ServiceRegistry();
  ~ServiceRegistry() override;
  [[nodiscard]] std::string_view name() const override { return kName; }
  void routes(http::Router& router) override;
  Async<Result<void>> initialize() override;
  Async<void> cleanup() override;
  Async<ServiceHealth> health_check() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion
