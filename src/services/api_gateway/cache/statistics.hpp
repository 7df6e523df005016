// What the cache has done since it began, and what it holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace valion::gateway::cache {

struct RouteStatistics {
  std::uint64_t hits = 0;        // answered from memory, fresh
  std::uint64_t redis_hits = 0;  // answered from the second cache
  std::uint64_t stale_hits = 0;  // answered stale, as the answer or the client allows
  std::uint64_t validated = 0;   // the service said 304
  std::uint64_t coalesced = 0;   // answered by another request's fetch
  std::uint64_t misses = 0;      // had to be fetched
  std::uint64_t bypasses = 0;    // never looked at
  std::uint64_t stored = 0;
};

struct Statistics {
  std::map<std::string, RouteStatistics, std::less<>> routes;  // by Route::name
  std::size_t entries = 0;                                     // in memory now
  std::size_t bytes = 0;                                       // in memory now
  std::size_t capacity = 0;                                    // bytes
  std::uint64_t evictions = 0;
  std::uint64_t invalidations = 0;  // targets, tags, prefixes, all; own and other gateways'
  std::uint64_t redis_corrupt = 0;  // values that were not ours to read: ignored and deleted
  bool redis_in_use = false;        // connected and caught up with the invalidations
};

}  // namespace valion::gateway::cache
