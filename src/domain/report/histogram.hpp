// Counts in bins of equal width, with what lies outside counted as well: nothing is left out silently.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace valion::report {

struct Histogram {
  double lower = 0;
  double width = 1;
  std::vector<std::size_t> counts;  // bin i holds lower + i·width <= value < lower + (i + 1)·width
  std::size_t below = 0, above = 0;
  [[nodiscard]] double upper() const { return lower + width * static_cast<double>(counts.size()); }
};

// Requires width > 0 and bins > 0; values that are not finite count as above.
[[nodiscard]] Histogram bin(std::span<const double> values, double lower, double width, std::size_t bins);

}  // namespace valion::report
