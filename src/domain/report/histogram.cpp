#include "domain/report/histogram.hpp"

#include <cmath>

namespace valion::report {

Histogram bin(std::span<const double> values, double lower, double width, std::size_t bins) {
  Histogram histogram{lower, width, std::vector<std::size_t>(bins, 0), 0, 0};
  for (const double value : values) {
    const double position = std::floor((value - lower) / width + 1e-9);
    if (position < 0) {
      ++histogram.below;
    } else if (position < static_cast<double>(bins)) {
      ++histogram.counts[static_cast<std::size_t>(position)];
    } else {
      ++histogram.above;
    }
  }
  return histogram;
}

}  // namespace valion::report
