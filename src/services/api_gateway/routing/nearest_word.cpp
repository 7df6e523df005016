#include "services/api_gateway/routing/nearest_word.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace valion::gateway {
namespace {

constexpr std::size_t kLongest = 64;

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::size_t, kLongest + 1> row;
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest_word(std::string_view text, std::span<const std::string_view> words) {
  std::string_view nearest;
  std::size_t least = 4;
  if (text.size() > kLongest) return nearest;
  for (const std::string_view word : words) {
    if (word.size() > kLongest) continue;
    const std::size_t distance = edit_distance(text, word);
    if (distance >= least || distance * 3 > word.size()) continue;
    least = distance;
    nearest = word;
  }
  return nearest;
}

}  // namespace valion::gateway
