#include "platform/metrics/cache_counters.hpp"

#include <prometheus/counter.h>

namespace valion::metrics {
namespace {

prometheus::Counter& outcome(Registry& registry, const std::string& cache, const char* name) {
  return registry.counter("cache_requests_total", "Lookups in caches", {{"cache", cache}, {"outcome", name}});
}

}  // namespace

CacheCounters::CacheCounters(Registry& registry, const std::string& cache)
    : hits_(outcome(registry, cache, "hit")), misses_(outcome(registry, cache, "miss")) {}

void CacheCounters::hit() { hits_.Increment(); }
void CacheCounters::miss() { misses_.Increment(); }

}  // namespace valion::metrics
