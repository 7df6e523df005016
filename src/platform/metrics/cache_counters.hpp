// How often a cache had what was asked: cache_requests_total{cache,outcome="hit"|"miss"}.
#pragma once

#include <string>

#include "platform/metrics/metrics.hpp"

namespace valion::metrics {

// Made at start, so that both outcomes stand at 0 from then on. `cache`: what is kept, e.g. `model`, `dataset`.
class CacheCounters {
 public:
  CacheCounters(Registry& registry, const std::string& cache);
  void hit();
  void miss();

 private:
  prometheus::Counter& hits_;
  prometheus::Counter& misses_;
};

}  // namespace valion::metrics
