// A hit allocates nothing: counted by an operator new of our own, for this whole test program. Sanitizers have their own; with
// them nothing is counted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "services/api_gateway/cache/world.hpp"

namespace {
std::size_t allocations = 0;
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace valion::gateway::cache {
namespace {

TEST(Allocations, NoneForAHit) {
  World world;
  world.route.caches_authorised = true;
  Message request, answer;
  request.target = "/api/v1/geospatial/places/a-long-name-of-a-place-in-the-south";
  request.fields = {{"Accept-Encoding", "gzip, deflate, br"},
                    {"Accept", "application/json, text/plain, */*"},
                    {"Cache-Control", "max-age=30"},
                    {"Authorization", "Bearer abc"}};
  answer.fields = {{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Encoding"}, {"ETag", "\"1\""}};
  answer.body = std::string(1'000, 'x');
  const std::string tenant = "the-tenant-with-a-name-longer-than-any-string-keeps-inside";
  world.send(request, {answer}, tenant);
  const RequestHead head = request.request();
  const Question question{head, world.route, Partition::tenant(tenant), world.host};
  const std::size_t before = allocations;
  std::size_t hits = 0, bytes = 0;
  for (int i = 0; i < 1'000; ++i) {
    const Verdict verdict = world.cache->look(question);
    hits += verdict.hit ? 1 : 0;
    bytes += verdict.hit->head().size() + verdict.hit->fields().size() + verdict.hit->body().size();
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(hits, 1'000u);
  EXPECT_GT(bytes, 1'000'000u);
}

}  // namespace
}  // namespace valion::gateway::cache
