#include "domain/stats/random.hpp"

#include <bit>
#include <cassert>

namespace valion::stats {

Random::Random(std::uint64_t seed) {
  for (std::uint64_t& word : state_) {  // splitmix64
    seed += 0x9e3779b97f4a7c15U;
    std::uint64_t mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    word = mixed ^ (mixed >> 31);
  }
}

std::uint64_t Random::next() {
  const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

double Random::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t rejected_below = (0 - bound) % bound;  // 2^64 mod bound: what does not fill a whole cycle
  for (;;) {
    const std::uint64_t drawn = next();
    if (drawn >= rejected_below) return drawn % bound;
  }
}

std::vector<std::size_t> assign_folds(std::size_t n, std::size_t folds, std::uint64_t seed) {
  assert(folds > 0);
  std::vector<std::size_t> result(n);
  for (std::size_t i = 0; i < n; ++i) result[i] = i % folds;
  Random random(seed);
  shuffle(result, random);
  return result;
}

}  // namespace valion::stats
