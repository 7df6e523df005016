#include "services/api_gateway/cache/memory_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <random>
#include <string>

namespace valion::gateway::cache {
namespace {

Parts parts_of(const std::string& target, const std::string& tenant = {}) {
  const Partition partition = tenant.empty() ? Partition::anybody() : Partition::tenant(tenant);
  return Parts{Key({partition, "valion.example", target})};
}

EntryPointer entry_of(Parts parts, std::string body) {
  parts.reason = "OK";
  parts.fields = {{"Cache-Control", "max-age=60"}};
  parts.body = std::make_shared<const std::string>(std::move(body));
  parts.lifetime = Seconds{60};
  return std::make_shared<const Entry>(std::move(parts));
}

EntryPointer house(const std::string& target, std::string body = "house") {
  return entry_of(parts_of(target), std::move(body));
}

KeyView key_of(std::string_view target) { return {Partition::anybody(), "valion.example", target}; }

std::string body_at(MemoryStore& store, std::string_view target) {
  const auto look = store.find(key_of(target), {});
  return look.entry == nullptr ? "(nothing)" : (*look.entry)->body();
}

TEST(MemoryStore, FindsWhatWasPut) {
  MemoryStore store(1 << 20, 1 << 20);
  EXPECT_TRUE(store.put(house("/a", "one")));
  EXPECT_TRUE(store.put(house("/b", "two")));
  EXPECT_EQ(body_at(store, "/a"), "one");
  EXPECT_EQ(body_at(store, "/b"), "two");
  EXPECT_EQ(body_at(store, "/c"), "(nothing)");
  EXPECT_EQ(store.entries(), 2u);
}

TEST(MemoryStore, ReplacesTheSameVariantOnly) {
  MemoryStore store(1 << 20, 1 << 20);
  store.put(house("/a", "one"));
  store.put(house("/a", "two"));
  EXPECT_EQ(body_at(store, "/a"), "two");
  EXPECT_EQ(store.entries(), 1u);
}

TEST(MemoryStore, KeepsThirtyTwoVariantsOfAKeyAtMost) {
  MemoryStore store(1 << 20, 1 << 20);
  for (int i = 0; i < 100; ++i) {
    Parts parts = parts_of("/a");
    parts.selecting = {{"x-a", std::to_string(i), std::to_string(i), true}};
    store.put(entry_of(std::move(parts), std::to_string(i)));
  }
  EXPECT_EQ(store.entries(), 32u);
  EXPECT_EQ((*store.find(key_of("/a"), {{"X-A", "99"}}).entry)->body(), "99");
  const auto oldest = store.find(key_of("/a"), {{"X-A", "0"}});
  EXPECT_EQ(oldest.entry, nullptr);
  EXPECT_TRUE(oldest.other_variants);
}

TEST(MemoryStore, RefusesWhatIsTooLargeAndForgetsWhatItWouldHaveReplaced) {
  MemoryStore store(1 << 20, 10'000);
  store.put(house("/a", "one"));
  EXPECT_FALSE(store.put(house("/a", std::string(20'000, 'x'))));
  EXPECT_EQ(body_at(store, "/a"), "(nothing)");
  EXPECT_EQ(store.bytes(), 0u);
}

TEST(MemoryStore, ErasesByResourceForEveryTenant) {
  MemoryStore store(1 << 20, 1 << 20);
  store.put(house("/a"));
  store.put(entry_of(parts_of("/a", "Ash"), "ash"));
  store.put(entry_of(parts_of("/b", "Ash"), "ash"));
  EXPECT_EQ(store.erase_resource("VALION.example", "/a"), 2u);
  EXPECT_EQ(store.entries(), 1u);
}

TEST(MemoryStore, ErasesByTagAndByPrefixAndAll) {
  MemoryStore store(1 << 20, 1 << 20);
  for (int i = 0; i < 9; ++i) {
    Parts parts = parts_of("/houses/" + std::to_string(i));
    parts.tags = {i % 3 == 0 ? "third" : "other", "all"};
    store.put(entry_of(std::move(parts), "x"));
  }
  store.put(house("/cities/1"));
  EXPECT_EQ(store.erase_tag("third"), 3u);
  EXPECT_EQ(store.erase_tag("third"), 0u);
  EXPECT_EQ(store.erase_prefix("/houses/"), 6u);
  EXPECT_EQ(store.clear(), 1u);
  EXPECT_EQ(store.bytes(), 0u);
}

// Any order of puts, looks and erasures: the bytes stay below the bound, and what is found is what was put last under that key.
TEST(MemoryStore, NeverHoldsMoreThanItsBytesNorAnothersAnswer) {
  for (const unsigned seed : {1u, 2u, 3u, 4u}) {
    std::mt19937 draw(seed);
    MemoryStore store(200'000, 200'000);
    std::map<std::pair<int, int>, std::string> last;
    const auto names = [](int tenant) { return tenant == 0 ? std::string() : "tenant" + std::to_string(tenant); };
    for (int step = 0; step < 30'000; ++step) {
      const int number = static_cast<int>(draw() % 300), tenant = static_cast<int>(draw() % 3);
      const std::string target = "/" + std::to_string(number), name = names(tenant);
      const KeyView key{tenant == 0 ? Partition::anybody() : Partition::tenant(name), "valion.example", target};
      const unsigned what = draw() % 100;
      if (what < 50) {
        const auto look = store.find(key, {});
        if (look.entry != nullptr) {
          ASSERT_TRUE(same_key((*look.entry)->key(), key));
          ASSERT_EQ((*look.entry)->body(), (last[{number, tenant}]));
        }
      } else if (what < 97) {
        std::string body = std::to_string(step) + std::string(draw() % 4'000, 'x');
        last[{number, tenant}] = body;
        Parts parts = parts_of(target, name);
        parts.tags = {"t" + std::to_string(number % 7)};
        store.put(entry_of(std::move(parts), std::move(body)));
      } else if (what < 99) {
        store.erase_resource("valion.example", target);
        ASSERT_EQ(store.find(key, {}).entry, nullptr);
      } else {
        store.erase_tag("t" + std::to_string(number % 7));
        ASSERT_EQ(store.find(key, {}).entry, nullptr);
      }
      ASSERT_LE(store.bytes(), store.capacity());
    }
    EXPECT_GT(store.evictions(), 100u);
    store.clear();
    EXPECT_EQ(store.bytes(), 0u);
  }
}

// The share of hits on a trace where key i is asked for in proportion to 1/i, with room for `room` of the keys.
double zipf_hit_rate(std::size_t keys, double room) {
  std::vector<double> cumulative(keys);
  double sum = 0;
  for (std::size_t i = 0; i < keys; ++i) cumulative[i] = sum += 1.0 / static_cast<double>(i + 1);
  const auto target_of = [](std::size_t i) { return "/houses/" + std::to_string(100'000 + i); };
  MemoryStore probe(1 << 20, 1 << 20);
  probe.put(house(target_of(0)));
  MemoryStore store(static_cast<std::size_t>(static_cast<double>(probe.bytes() * keys) * room), 1 << 20);
  std::mt19937_64 draw(20'261'124);
  std::uniform_real_distribution<double> uniform(0, sum);
  constexpr int kWarm = 100'000, kMeasured = 400'000;
  int hits = 0;
  for (int i = 0; i < kWarm + kMeasured; ++i) {
    const auto at = std::lower_bound(cumulative.begin(), cumulative.end(), uniform(draw));
    const std::string target = target_of(static_cast<std::size_t>(at - cumulative.begin()));
    const bool hit = store.find(key_of(target), {}).entry != nullptr;
    if (!hit) store.put(house(target));
    if (i >= kWarm && hit) ++hits;
  }
  return static_cast<double>(hits) / kMeasured;
}

// The optimum keeps the most asked-for keys: H(2000)/H(10000) = 83.6 %, H(1000)/H(10000) = 76.5 %.
TEST(MemoryStore, HitsFourOfFiveOfAZipfTraceWithRoomForAFifth) {
  const double rate = zipf_hit_rate(10'000, 0.2);
  std::printf("hit rate with room for 20 %%: %.2f %% (optimum 83.6 %%)\n", 100 * rate);
  EXPECT_GE(rate, 0.80);
}

TEST(MemoryStore, HitsWithinFivePercentOfTheOptimumWithRoomForATenth) {
  const double rate = zipf_hit_rate(10'000, 0.1);
  std::printf("hit rate with room for 10 %%: %.2f %% (optimum 76.5 %%)\n", 100 * rate);
  EXPECT_GE(rate, 0.95 * 0.765);
}

// Keys that are asked for once must not drive out those that are asked for all the time.
TEST(MemoryStore, KeepsWhatIsInUseThroughAScan) {
  MemoryStore store(400'000, 400'000);
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 50; ++i) {
      const std::string target = "/hot/" + std::to_string(i);
      if (store.find(key_of(target), {}).entry == nullptr) store.put(house(target));
    }
  }
  for (int i = 0; i < 5'000; ++i) store.put(house("/cold/" + std::to_string(i)));
  int kept = 0;
  for (int i = 0; i < 50; ++i) kept += store.find(key_of("/hot/" + std::to_string(i)), {}).entry != nullptr ? 1 : 0;
  EXPECT_EQ(kept, 50);
}

}  // namespace
}  // namespace valion::gateway::cache
