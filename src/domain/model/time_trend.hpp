// The market's movement in time. Trees cannot extrapolate: without this, a model of sales to 1997 values 1998 at the level
// of its training sales. So prices are moved to one reference date before the trees, and values moved back after them.
#pragma once

#include <vector>

#include "base/date.hpp"

namespace valion::model {

// Log price(t) = … + per_year · (t - reference_year).
struct TimeTrend {
  double per_year = 0;
  double standard_error = 0;  // of per_year, by OLS
  double reference_year = 0;  // mean sale time of the training sales, Date::years()

  [[nodiscard]] double at(double years) const noexcept { return per_year * (years - reference_year); }
  [[nodiscard]] double at(Date date) const noexcept { return at(date.years()); }
};

// A hedonic estimate: OLS of log price on `attributes` (columns of equal length: characteristics and neighbour levels) and
// time, then once more without the sales whose residual exceeds 2.5 robust standard deviations (1.4826 × median |residual|):
// sales between relatives and of ruins say nothing about the market's movement. When time does not
// vary, or there are too few sales to tell, the trend is zero.
[[nodiscard]] TimeTrend estimate_trend(const std::vector<std::vector<double>>& attributes,
                                       const std::vector<double>& years, const std::vector<double>& log_price);

}  // namespace valion::model
