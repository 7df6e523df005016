// What ResponseCache and its fetches share: both stores, who is fetching, and the counts. Private to this folder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "services/api_gateway/cache/flights.hpp"
#include "services/api_gateway/cache/freshness.hpp"
#include "services/api_gateway/cache/invalidations.hpp"
#include "services/api_gateway/cache/memory_store.hpp"
#include "services/api_gateway/cache/response_cache.hpp"
#include "services/api_gateway/cache/shared_store.hpp"

namespace valion::gateway::cache {

// Keys whose last answer was not one to share: for some seconds nobody waits for another's fetch of them. A bounded table in
// which a newer key may take an older one's place.
class Unshared {
 public:
  void add(std::uint64_t key, Moment now) noexcept { slots_[key % slots_.size()] = {key, now + kFor}; }
  void remove(std::uint64_t key) noexcept {
    if (slots_[key % slots_.size()].key == key) slots_[key % slots_.size()] = {};
  }
  [[nodiscard]] bool contains(std::uint64_t key, Moment now) const noexcept {
    const Slot& slot = slots_[key % slots_.size()];
    return slot.key == key && now < slot.until;
  }

 private:
  static constexpr std::chrono::seconds kFor{10};
  struct Slot {
    std::uint64_t key = 0;
    Moment until{};
  };
  std::array<Slot, 2'048> slots_{};
};

struct ResponseCache::State {
  State(Executor executor, Settings given, redis::Client* redis);

  Settings settings;
  MemoryStore memory;
  Flights flights;
  Unshared unshared;
  Invalidations invalidations;  // by sequence: whatever was begun before one of them must not be stored after it
  std::uint64_t sequence = 0;
  std::uint64_t invalidated = 0;  // how many there have been
  std::size_t collecting = 0;     // bytes of bodies that are just passing by
  std::unique_ptr<SharedStore> shared;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return hash_bytes(name, 1); }
  };
  std::unordered_map<std::string, RouteStatistics, Hash, std::equal_to<>> routes;

  [[nodiscard]] Moment now() const { return settings.clock(); }
  [[nodiscard]] RouteStatistics& route(const std::string& name) {
    const auto found = routes.find(std::string_view(name));
    return found != routes.end() ? found->second : routes[name];
  }
  [[nodiscard]] std::size_t largest() const noexcept {
    return std::min(settings.largest_in_memory, memory.capacity() / 8);
  }
  // Drops what it names here, and bars it from being stored by fetches under way. How many entries it dropped.
  std::size_t apply(const Invalidation& invalidation);
  // Whether `entry`, asked for when `begun` was the sequence, is still good.
  [[nodiscard]] bool is_barred(const Entry& entry, std::uint64_t begun) const {
    return invalidations.since({0, begun}, entry);
  }
  // Into both caches; false when the first has no room or it is barred.
  bool store(EntryPointer entry, std::uint64_t begun);
};

}  // namespace valion::gateway::cache
