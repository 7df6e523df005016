// Axes that a reader can read: round numbers, few of them.
#pragma once

#include <cstddef>
#include <vector>

namespace valion::report {

// Ticks lie within [lower, upper], ascending. On a logarithmic axis both ends are positive.
struct Axis {
  double lower = 0, upper = 1;
  std::vector<double> ticks;
  bool logarithmic = false;

  // 0 at `lower`, 1 at `upper`; beyond for values outside. Requires value > 0 on a logarithmic axis.
  [[nodiscard]] double position(double value) const;
};

// 1, 2 or 5 times a power of ten: the largest not above `value`. Requires value > 0.
[[nodiscard]] double round_down_to_nice(double value);

// Widens [lower, upper] to whole steps of 1, 2, 2.5 or 5 times a power of ten so that about `wanted` ticks result. Equal or
// swapped ends are mended; wanted >= 2.
[[nodiscard]] Axis linear_axis(double lower, double upper, std::size_t wanted);

// Keeps the ends as given (mended to at least a factor of 1.1) and puts ticks at 1-2-5 values inside, at powers of ten only when
// there are many decades, and at round linear steps when there are few. Requires 0 < lower, upper.
[[nodiscard]] Axis log_axis(double lower, double upper, std::size_t wanted);

}  // namespace valion::report
