#include "services/service_registry/service_registry.hpp"

#include <optional>

#include "services/service_registry/access.hpp"
#include "services/service_registry/consul_routes.hpp"
#include "services/service_registry/prober.hpp"

namespace valion {

struct ServiceRegistry::State {
  registry::RegistrySettings settings;
  std::string token;
  std::optional<registry::Prober> prober;
};

ServiceRegistry::ServiceRegistry() : state_(std::make_unique<State>()) {}
ServiceRegistry::~ServiceRegistry() = default;

void ServiceRegistry::routes(http::Router& router) {
  registry::add_read_routes(router, context(), state_->token);
  registry::add_write_routes(router, context(), state_->settings, state_->token);
}

Async<Result<void>> ServiceRegistry::initialize() {
  const Settings& configured = context().settings;
  state_->settings.heartbeat = configured.heartbeat;
  VALION_CO_TRY_ASSIGN(state_->token, registry::load_or_create_token(context().home / "secrets" / "registry.token"));
  state_->prober.emplace(context(), state_->settings,
                         registry::Thresholds{configured.health_rise, configured.health_fall});
  state_->prober->start();
  co_return Result<void>{};
}

Async<void> ServiceRegistry::cleanup() {
  if (state_->prober) co_await state_->prober->stop();
}

Async<ServiceHealth> ServiceRegistry::health_check() {
  ServiceHealth health;
  health.metrics["instances_probed"] = state_->prober ? static_cast<double>(state_->prober->probed()) : 0;
  health.metrics["leads"] = state_->prober && state_->prober->leads() ? 1 : 0;
  health.metrics["registry_index"] = static_cast<double>(context().directory.index());
  co_return health;
}

}  // namespace valion
