#include "platform/registry/balance.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace valion::registry {
namespace {

// How much of an old latency is left.
double remaining(const Load& load, SteadyTime now) noexcept {
  const std::chrono::duration<double> age = now - load.measured;
  const std::chrono::duration<double> memory = kLatencyMemory;
  return std::exp(-std::max(0.0, age.count()) / memory.count());
}

}  // namespace

double slow_start_share(std::chrono::milliseconds age, std::chrono::milliseconds window) noexcept {
  if (age >= window) return 1;
  const double grown = static_cast<double>(age.count()) / static_cast<double>(window.count());
  return std::max(kLeastShare, grown);
}

std::size_t next_in_turn(std::span<const Candidate> candidates) noexcept {
  assert(!candidates.empty());
  double total = 0;
  std::size_t best = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    candidates[i].load->turn += candidates[i].weight;
    total += candidates[i].weight;
    if (candidates[i].load->turn > candidates[best].load->turn) best = i;
  }
  candidates[best].load->turn -= total;
  return best;
}

double cost_of(const Candidate& candidate, SteadyTime now) noexcept {
  const Load& load = *candidate.load;
  // Unmeasured with a call under way: not known to be quick yet, so that a burst does not fall on the newcomer.
  if (load.latency_ms == 0 && load.in_flight > 0) return kFailureLatency.count() * load.in_flight / candidate.weight;
  const double latency = load.latency_ms * remaining(load, now);
  return latency * (load.in_flight + 1) / candidate.weight;
}

std::size_t least_loaded(std::span<const Candidate> candidates, std::uint64_t random, SteadyTime now) noexcept {
  assert(!candidates.empty());
  const std::size_t count = candidates.size();
  if (count == 1) return 0;
  const std::size_t first = (random >> 32) % count;
  const std::size_t step = 1 + (random & 0xffffffffu) % (count - 1);
  const std::size_t second = (first + step) % count;
  const double cost = cost_of(candidates[first], now);
  const double other = cost_of(candidates[second], now);
  if (cost != other) return cost < other ? first : second;
  // Neither measured: who has less to do for its weight.
  const auto work = [&](std::size_t i) { return (candidates[i].load->in_flight + 1) / candidates[i].weight; };
  return work(second) < work(first) ? second : first;
}

void begin_call(Load& load) noexcept { ++load.in_flight; }

void end_call(Load& load, Latency latency, bool ok, SteadyTime now) noexcept {
  load.in_flight = std::max(0, load.in_flight - 1);
  const double seen = ok ? latency.count() : std::max(latency.count(), kFailureLatency.count());
  const double left = remaining(load, now);
  load.latency_ms = seen > load.latency_ms * left ? seen : load.latency_ms * left + seen * (1 - left);
  load.measured = now;
}

}  // namespace valion::registry
