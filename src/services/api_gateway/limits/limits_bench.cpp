// What one decision costs in memory: one subject and ten thousand, allowed and refused; and the fields that tell of it.
// Checks its answers before it is timed.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "services/api_gateway/limits/concurrency_limit.hpp"
#include "services/api_gateway/limits/lease_book.hpp"
#include "services/api_gateway/limits/limit_fields.hpp"

namespace valion::gateway::limits {
namespace {

const RateLimit kLimit{4'000'000'000, std::chrono::seconds{60}};

std::vector<std::string> subjects_of(std::int64_t count) {
  std::vector<std::string> subjects;
  for (std::int64_t i = 0; i < count; ++i) subjects.push_back("key:01HXZ4T7" + std::to_string(10'000'000 + i));
  return subjects;
}

void decide(benchmark::State& state, bool allowed) {
  const std::vector<std::string> subjects = subjects_of(state.range(0));
  LeaseBook book(100'000);
  const Moment now{std::chrono::hours{1}};
  for (const std::string& subject : subjects) {
    (void)book.begin_lease({"data-read", subject}, kLimit, 1, 1, now);
    if (allowed) {
      book.take({"data-read", subject}, {4'000'000'000, std::chrono::milliseconds{1}}, now);
    } else {
      book.take({"data-read", subject}, {0, std::chrono::seconds{60}}, now);
    }
  }
  for (const std::string& subject : subjects) {
    const auto answer = book.decide({"data-read", subject}, kLimit, now);
    if (!answer.decision || answer.decision->allowed != allowed) return state.SkipWithError("a wrong decision");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(book.decide({"data-read", subjects[next]}, kLimit, now));
    next = (next * 5 + 3'571) % subjects.size();  // visits them out of order
  }
}
BENCHMARK_CAPTURE(decide, allowed, true)->Arg(1)->Arg(10'000);
BENCHMARK_CAPTURE(decide, refused, false)->Arg(1)->Arg(10'000);

void fields(benchmark::State& state) {
  const Decision decision{true, 600, 588, std::chrono::seconds{60}, std::chrono::milliseconds{1'200}, Span{0}};
  std::string head;
  for (auto _ : state) {
    head.clear();
    append_limit_fields(head, "data-read", decision, false);
    benchmark::DoNotOptimize(head.data());
  }
}
BENCHMARK(fields);

void shed_or_not(benchmark::State& state) {
  ConcurrencyLimit limit;
  Moment now{std::chrono::hours{1}};
  for (auto _ : state) {
    benchmark::DoNotOptimize(limit.try_enter());
    now += std::chrono::microseconds{10};
    limit.leave(std::chrono::milliseconds{1}, true, now);
  }
}
BENCHMARK(shed_or_not);

}  // namespace
}  // namespace valion::gateway::limits
