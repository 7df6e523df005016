// A gateway client with the command line's own credential.
#pragma once

#include "app/api/api_client.hpp"
#include "app/commands/commands.hpp"

namespace valion::app {

[[nodiscard]] Result<ApiClient> signed_in(const Settings& settings, const GatewayOptions& gateway);

}  // namespace valion::app
