// Ratio studies: are estimates at the level of prices, and as good for cheap properties as for dear ones?
// Formulas of the IAAO Standard on Ratio Studies (2013) and its Exposure Draft tools, with A the estimate, S the sale price, r = A / S.
#pragma once

#include <cstddef>
#include <span>

#include "base/result.hpp"

namespace valion::stats {

// `cod` and `cov` are in percent, as is customary; all others are plain numbers.
struct RatioStudy {
  std::size_t n = 0;
  double median = 0;  // of r
  double mean = 0;
  double weighted_mean = 0;  // sum A / sum S
  double minimum = 0, maximum = 0;
  double cod = 0;  // 100 · mean |r - median| / median: dispersion
  double cov = 0;  // 100 · standard deviation of r (n - 1) / mean
  double prd = 0;  // mean / weighted mean: above 1, dear properties are under-estimated
  double prb = 0;  // slope of (r - median)/median on log2((S + A/median)/2): change of r when value doubles
  double prb_standard_error = 0;
  double prb_lower = 0, prb_upper = 0;       // confidence interval of prb, Student's t with n - 2 degrees of freedom
  double prb_p = 0;                          // of prb = 0, both tails
  double gini_estimate = 0, gini_price = 0;  // both in the order of prices: 2 sum(i x_i)/(n sum x) - (n + 1)/n
  double mki = 0;                            // gini_estimate / gini_price: below 1, dear properties are under-estimated
  double ki = 0;                             // gini_estimate - gini_price
};

// Untrimmed: removing outliers is the caller's, disclosed, decision. ErrorKind::invalid for fewer than 3 sales, or a price
// or estimate that is not a positive number. Requires equal sizes and 0 < level < 1. prb and what belongs to it is NaN when all
// value proxies are equal; mki is NaN when all prices are equal. Ties of price keep the input's order. O(n log n).
[[nodiscard]] Result<RatioStudy> study_ratios(std::span<const double> estimates, std::span<const double> prices,
                                              double level = 0.95);

}  // namespace valion::stats
