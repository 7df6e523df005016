// The common case allocates nothing: counted by an operator new of our own, for this whole test program. Sanitizers have
// their own; with them nothing is counted.
#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#include "services/api_gateway/limits/concurrency_limit.hpp"
#include "services/api_gateway/limits/lease_book.hpp"
#include "services/api_gateway/limits/limit_fields.hpp"

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

namespace valion::gateway::limits {
namespace {

using namespace std::chrono_literals;

TEST(Allocations, NoneForADecisionInMemory) {
  const RateLimit limit{50'000, 60s};
  const std::string subject = "key:01HXZ4T7QK5C3A8E9R2M6N0PWD";  // longer than any string keeps inside
  const KeyView key{"data-read-with-a-long-name", subject};
  LeaseBook book(10);
  Moment now{1h};
  (void)book.begin_lease(key, limit, 1, 1, now);
  book.take(key, {100, 60s}, now);
  std::string head;
  head.reserve(200);
  const std::size_t before = allocations;
  int allowed = 0;
  for (int i = 0; i < 1'000; ++i) {
    const auto answer = book.decide(key, limit, now);
    allowed += answer.decision && answer.decision->allowed ? 1 : 0;
    head.clear();
    append_limit_fields(head, key.name, *answer.decision, false);
    now += 1us;
  }
  EXPECT_EQ(allocations, before);
  EXPECT_EQ(allowed, 100);
}

TEST(Allocations, NoneForShedding) {
  ConcurrencyLimit limit;
  const std::size_t before = allocations;
  for (int i = 0; i < 1'000; ++i) {
    (void)limit.try_enter();
    limit.leave(1ms, true, Moment{1h} + i * 1ms);
  }
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace valion::gateway::limits
