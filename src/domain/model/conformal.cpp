#include "domain/model/conformal.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "domain/stats/conformal.hpp"

namespace valion::model {
namespace {

constexpr std::size_t kSalesPerBand = 200;
constexpr std::size_t kMaximumBands = 5;

IntervalBand calibrate_band(double from_eta, const std::vector<double>& residuals) {
  IntervalBand band;
  band.from_eta = from_eta;
  band.sales = residuals.size();
  const auto [least, most] = std::minmax_element(residuals.begin(), residuals.end());
  for (std::size_t level = 0; level < kIntervalLevels.size(); ++level) {
    const auto bounds = stats::conformal_band(residuals, kIntervalLevels[level]);
    band.lower[level] = std::min(0.0, std::max(bounds.lower, *least));  // too few sales for a tail: infinite
    band.upper[level] = std::max(0.0, std::min(bounds.upper, *most));
  }
  return band;
}

}  // namespace

const IntervalBand& ConformalIntervals::band_of(double eta) const {
  auto next = std::upper_bound(bands.begin(), bands.end(), eta,
                               [](double value, const IntervalBand& band) { return value < band.from_eta; });
  return next == bands.begin() ? bands.front() : *(next - 1);
}

ConformalIntervals calibrate(const std::vector<double>& eta, const std::vector<double>& log_price) {
  std::vector<std::size_t> order(eta.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return eta[a] != eta[b] ? eta[a] < eta[b] : a < b; });
  const std::size_t bands = std::clamp<std::size_t>(order.size() / kSalesPerBand, 1, kMaximumBands);
  ConformalIntervals intervals;
  for (std::size_t band = 0; band < bands; ++band) {
    const std::size_t first = band * order.size() / bands, end = (band + 1) * order.size() / bands;
    std::vector<double> residuals;
    for (std::size_t i = first; i < end; ++i) residuals.push_back(log_price[order[i]] - eta[order[i]]);
    intervals.bands.push_back(calibrate_band(eta[order[first]], residuals));
  }
  return intervals;
}

}  // namespace valion::model
