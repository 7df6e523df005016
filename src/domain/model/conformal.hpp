// Prediction intervals by split conformal calibration on the log scale (Vovk; Lei et al. 2018), in bands of predicted value
// (Mondrian): residuals of sales that the calibrating model had not seen say how far prices fall from values, separately
// for cheap and dear properties, and separately below and above. With exchangeable sales each tail holds at most
// (1 - level)/2 of the prices, in every band.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace valion::model {

inline constexpr std::array<double, 2> kIntervalLevels{0.80, 0.95};

// Offsets on the log scale, one per level of kIntervalLevels: lower <= 0 <= upper.
struct IntervalBand {
  double from_eta = 0;  // the band holds predictions from here to the next band's; the first also those below
  std::size_t sales = 0;
  std::array<double, 2> lower{}, upper{};
};

struct ConformalIntervals {
  std::vector<IntervalBand> bands;  // ascending; never empty once calibrated

  [[nodiscard]] const IntervalBand& band_of(double eta) const;
};

// `eta`: predictions of the calibration sales by a model that never saw them; `log_price`: what was paid. Requires equal
// sizes, at least one sale. Bands hold at least 200 sales, at most five bands. With fewer than 39 sales a 95 % tail cannot
// be told from the data; the farthest residual then stands for it.
[[nodiscard]] ConformalIntervals calibrate(const std::vector<double>& eta, const std::vector<double>& log_price);

}  // namespace valion::model
