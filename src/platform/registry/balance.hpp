// Which of several instances takes the next call. Pure: the caller brings the clock and the random numbers.
//
// Two ways. Round robin, weighted and smooth (as nginx does it: of weights 5, 1, 1 never five in a row at a stretch that a
// fairer order could break up). Or least latency: the better of two drawn at random ("the power of two choices"), by
// peak-EWMA cost: a latency that jumps to a peak at once and decays towards what follows, times the calls in flight, over the weight.
// A new instance starts slowly under both: its weight grows over a window, so that cold caches meet little.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

namespace valion::registry {

enum class Balance { round_robin, least_latency };

using SteadyTime = std::chrono::steady_clock::time_point;
using Latency = std::chrono::duration<double, std::milli>;

inline constexpr double kLeastShare = 0.1;                 // of its weight, for an instance that has just come
inline constexpr std::chrono::seconds kLatencyMemory{10};  // an old latency counts 1/e after this long
inline constexpr Latency kFailureLatency{1'000};           // a failed call counts at least so slow: failing is quick

// What is remembered of one instance.
struct Load {
  double turn = 0;        // smooth round robin's running balance
  double latency_ms = 0;  // peak EWMA; 0: not yet measured
  int in_flight = 0;
  SteadyTime measured{};
};

struct Candidate {
  Load* load = nullptr;  // not null
  double weight = 1;     // > 0, slow start included
};

// Grows linearly from kLeastShare to 1 while `age` goes from 0 to `window`; 1 when the window is 0.
[[nodiscard]] double slow_start_share(std::chrono::milliseconds age, std::chrono::milliseconds window) noexcept;

// The index of the chosen one; `candidates` must not be empty. O(n).
[[nodiscard]] std::size_t next_in_turn(std::span<const Candidate> candidates) noexcept;
// Draws two different ones from `random` (64 uniform bits). An instance without a measurement is tried first, with one call
// at a time. O(1).
[[nodiscard]] std::size_t least_loaded(std::span<const Candidate> candidates, std::uint64_t random,
                                       SteadyTime now) noexcept;

void begin_call(Load& load) noexcept;
// `ok`: false for what would trip a breaker (no answer, 5xx); a 4xx is ok.
void end_call(Load& load, Latency latency, bool ok, SteadyTime now) noexcept;
[[nodiscard]] double cost_of(const Candidate& candidate, SteadyTime now) noexcept;

}  // namespace valion::registry
