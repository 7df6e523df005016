// Descriptive statistics of plain numbers. All functions are pure; none allocates unless it says so. Empty input, or any NaN
// in the input, gives NaN.
#pragma once

#include <span>
#include <vector>

namespace valion::stats {

[[nodiscard]] double mean(std::span<const double> values);
// Sample variance (divisor n - 1); NaN for fewer than two values. Two passes, so that a large mean costs no digits.
[[nodiscard]] double variance(std::span<const double> values);
[[nodiscard]] double standard_deviation(std::span<const double> values);

// Quantile of type 7 (Hyndman and Fan 1996; R's default): linear between the order statistics around (n - 1) p.
// Requires 0 <= p <= 1. By value, because the values are partly sorted; O(n).
[[nodiscard]] double quantile(std::vector<double> values, double p);
// The same on values already in ascending order; O(1).
[[nodiscard]] double quantile_of_sorted(std::span<const double> ascending, double p);
[[nodiscard]] double median(std::vector<double> values);

// Pearson's correlation. Requires equal sizes; NaN when either side is constant.
[[nodiscard]] double pearson(std::span<const double> a, std::span<const double> b);
// 1-based ranks, ties share their mean rank. O(n log n). Spearman's correlation is pearson(ranks(a), ranks(b)).
[[nodiscard]] std::vector<double> ranks(std::span<const double> values);

}  // namespace valion::stats
