// How far estimates are from prices. Fractions, not percent. All functions require equal sizes; prices must be positive where
// they divide; empty input gives NaN.
#pragma once

#include <span>

namespace valion::stats {

// Median and mean of |estimate - price| / price.
[[nodiscard]] double mdape(std::span<const double> estimates, std::span<const double> prices);
[[nodiscard]] double mape(std::span<const double> estimates, std::span<const double> prices);
// Share of estimates with |estimate - price| <= within * price: PPE10 is ppe(…, 0.10).
[[nodiscard]] double ppe(std::span<const double> estimates, std::span<const double> prices, double within);
// 1 - sum (price - estimate)^2 / sum (price - mean price)^2; may be negative; NaN for constant prices.
[[nodiscard]] double r2(std::span<const double> estimates, std::span<const double> prices);
// Share of prices inside [lower, upper], ends included.
[[nodiscard]] double coverage(std::span<const double> lower, std::span<const double> upper,
                              std::span<const double> prices);

}  // namespace valion::stats
