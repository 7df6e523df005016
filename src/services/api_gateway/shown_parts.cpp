#include "services/api_gateway/shown_parts.hpp"

namespace valion::gateway {
namespace {

constexpr std::size_t kNearest = 20;

template <class Number>
double figure(Number number) {
  return static_cast<double>(number);
}

}  // namespace

admin::CacheView cache_view(const cache::ResponseCache& cache) {
  const cache::Statistics seen = cache.statistics();
  admin::CacheView view;
  view.figures = {{"entries", figure(seen.entries)},
                  {"bytes", figure(seen.bytes)},
                  {"capacity", figure(seen.capacity)},
                  {"evictions", figure(seen.evictions)},
                  {"invalidations", figure(seen.invalidations)},
                  {"redis_corrupt", figure(seen.redis_corrupt)},
                  {"redis_in_use", seen.redis_in_use ? 1.0 : 0.0}};
  for (const auto& [name, route] : seen.routes) {
    view.routes[name] = {{"hits", figure(route.hits)},
                         {"redis_hits", figure(route.redis_hits)},
                         {"stale_hits", figure(route.stale_hits)},
                         {"validated", figure(route.validated)},
                         {"coalesced", figure(route.coalesced)},
                         {"misses", figure(route.misses)},
                         {"bypasses", figure(route.bypasses)},
                         {"stored", figure(route.stored)}};
  }
  return view;
}

std::size_t purge(cache::ResponseCache& cache, const admin::Purge& wanted) {
  if (wanted.tag) return cache.purge_tag(*wanted.tag);
  if (wanted.prefix) return cache.purge_prefix(*wanted.prefix);
  return cache.purge_all();
}

admin::LimitsView limits_view(const limits::Limiter& limiter,
                              const std::map<std::string, limits::ConcurrencyLimit>& shedding) {
  const limits::LimiterFigures seen = limiter.figures();
  admin::LimitsView view;
  view.figures = {{"in_memory", figure(seen.in_memory)},   {"by_lease", figure(seen.by_lease)},
                  {"local", figure(seen.local)},           {"refused", figure(seen.refused)},
                  {"leases", figure(seen.leases)},         {"failures", figure(seen.failures)},
                  {"given_back", figure(seen.given_back)}, {"keys", figure(seen.keys)},
                  {"redis_away", seen.away ? 1.0 : 0.0}};
  for (const limits::KeyState& key : limiter.nearest(kNearest))
    view.nearest.push_back({key.name, key.subject, key.limit, key.remaining, key.leased});
  for (const auto& [service, limit] : shedding) {
    view.shedding[service] = {
        {"limit", figure(limit.limit())}, {"under_way", figure(limit.under_way())}, {"shed", figure(limit.shed())}};
  }
  return view;
}

}  // namespace valion::gateway
