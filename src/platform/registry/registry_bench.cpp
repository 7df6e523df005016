// What one pick() costs, by the number of instances of the service, for both ways of balancing.
#include <benchmark/benchmark.h>

#include <set>

#include "platform/registry/instance_set.hpp"
#include "platform/registry/record.hpp"

namespace valion::registry {
namespace {

InstanceSet full_set(Balance balance, int instances) {
  RegistrySettings settings;
  settings.balance = balance;
  Loaded loaded;
  loaded.index = loaded.epoch = 1;
  for (int i = 0; i < instances; ++i) {
    Instance instance;
    instance.service = "ml_service";
    instance.id = "ml_service-" + std::to_string(10'000'000 + i);
    instance.version = "0.1.0";
    instance.host = "127.0.0.1";
    instance.port = static_cast<std::uint16_t>(20'000 + i);
    instance.started_at = "2026-11-24T08:00:00.000Z";
    loaded.instances.push_back(std::move(instance));
  }
  InstanceSet set(settings);
  set.take(std::move(loaded), std::chrono::steady_clock::now());
  return set;
}

std::uint64_t next_random(std::uint64_t random) {
  return random * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
}

// Whether all of them take part, before it is timed: a round may be a single call.
bool uses_all(InstanceSet& set, std::int64_t instances) {
  const std::vector<std::string> avoid;
  std::set<std::uint16_t> used;
  std::uint64_t random = 1;
  for (std::int64_t call = 0; call < 100 * instances; ++call) {
    random = next_random(random);
    used.insert(set.pick("ml_service", avoid, random, std::chrono::steady_clock::now())->port);
  }
  return static_cast<std::int64_t>(used.size()) == instances;
}

void pick(benchmark::State& state, Balance balance) {
  InstanceSet set = full_set(balance, static_cast<int>(state.range(0)));
  if (!uses_all(set, state.range(0))) return state.SkipWithError("not every instance was used");
  const std::vector<std::string> avoid;
  std::uint64_t random = 1;
  for (auto _ : state) {
    random = next_random(random);
    benchmark::DoNotOptimize(set.pick("ml_service", avoid, random, std::chrono::steady_clock::now()));
  }
}
BENCHMARK_CAPTURE(pick, round_robin, Balance::round_robin)->Arg(1)->Arg(3)->Arg(16)->Arg(64);
BENCHMARK_CAPTURE(pick, least_latency, Balance::least_latency)->Arg(1)->Arg(3)->Arg(16)->Arg(64);

}  // namespace
}  // namespace valion::registry
