// What the platform knows, as the admin port shows it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/config/settings.hpp"
#include "platform/service/upstream.hpp"
#include "services/api_gateway/admin/admin_views.hpp"
#include "services/api_gateway/routing/reload_watch.hpp"

namespace valion::gateway::admin {

// Everybody behind each upstream that the table names; for services of the registry with its verdict.
[[nodiscard]] std::vector<InstanceView> instances_view(Upstreams& upstreams, const registry::Directory& directory);
[[nodiscard]] std::vector<BreakerView> breakers_view(Upstreams& upstreams);
// Setting > value; passwords in URLs are masked.
[[nodiscard]] std::map<std::string, std::string> config_view(const Settings& settings);
// As SIGHUP; the error of a refused file.
[[nodiscard]] Result<ReloadView> reload(ReloadWatch& watch, const LiveTable& live);

}  // namespace valion::gateway::admin
