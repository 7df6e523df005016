// The cache and the limits as the admin port shows and changes them. Here and not in admin/, which knows no other part but routing.
#pragma once

#include <map>
#include <string>

#include "services/api_gateway/admin/admin_views.hpp"
#include "services/api_gateway/cache/response_cache.hpp"
#include "services/api_gateway/limits/concurrency_limit.hpp"
#include "services/api_gateway/limits/limiter.hpp"

namespace valion::gateway {

[[nodiscard]] admin::CacheView cache_view(const cache::ResponseCache& cache);
// The entries that went from this gateway's memory.
std::size_t purge(cache::ResponseCache& cache, const admin::Purge& wanted);
[[nodiscard]] admin::LimitsView limits_view(const limits::Limiter& limiter,
                                            const std::map<std::string, limits::ConcurrencyLimit>& shedding);

}  // namespace valion::gateway
