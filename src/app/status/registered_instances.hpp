// Whom the registry of a home knows, read once, without being part of it.
#pragma once

#include <vector>

#include "platform/async/async.hpp"
#include "platform/config/settings.hpp"
#include "platform/registry/registry.hpp"

namespace valion::app {

// Empty, too, when Redis does not answer within a second: nothing that can be seen is shown as nothing there.
Async<std::vector<registry::Instance>> registered_instances(Executor executor, const Settings& settings);

}  // namespace valion::app
