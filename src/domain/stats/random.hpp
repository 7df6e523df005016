// Random numbers that are the same on every platform and compiler, unlike the standard library's distributions and shuffle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace valion::stats {

// xoshiro256** 1.0 (Blackman and Vigna, 2018), its state filled from the seed by splitmix64. A plain value: copies repeat
// the sequence. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed);
  [[nodiscard]] std::uint64_t next();
  // Uniform on [0, 1), in steps of 2^-53.
  [[nodiscard]] double uniform();
  // Uniform on 0 … bound - 1, without bias. Requires bound > 0.
  [[nodiscard]] std::uint64_t below(std::uint64_t bound);

 private:
  std::array<std::uint64_t, 4> state_{};
};

// Fisher-Yates from the last element down.
template <class T>
void shuffle(std::vector<T>& values, Random& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random.below(i)]);
}

// A fold from 0 to folds - 1 for each of n rows; the folds' sizes differ by one at most. Requires folds > 0.
[[nodiscard]] std::vector<std::size_t> assign_folds(std::size_t n, std::size_t folds, std::uint64_t seed);

}  // namespace valion::stats
