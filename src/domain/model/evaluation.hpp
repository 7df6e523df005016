// How good values are, measured against prices that were paid.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "domain/model/conformal.hpp"

namespace valion::model {

// Fractions, except cod (percent). Ratio = estimate / price. NaN where a measure does not exist (no sales).
struct Evaluation {
  std::int64_t n = 0;
  double mdape = 0, mape = 0, ppe10 = 0, ppe20 = 0;
  double median_ratio = 0, cod = 0, prd = 0, prb = 0;
  double r2 = 0;
  std::optional<double> coverage80, coverage95;
};

// Requires equal sizes and positive prices.
[[nodiscard]] Evaluation evaluate(const std::vector<double>& estimates, const std::vector<double>& prices);

// Also the share of prices inside the intervals around exp(eta).
[[nodiscard]] Evaluation evaluate(const std::vector<double>& eta, const std::vector<double>& prices,
                                  const ConformalIntervals& intervals);

[[nodiscard]] std::vector<double> exp_of(const std::vector<double>& eta);

}  // namespace valion::model
