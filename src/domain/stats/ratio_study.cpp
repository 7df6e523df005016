#include "domain/stats/ratio_study.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "domain/stats/descriptive.hpp"
#include "domain/stats/distributions.hpp"

namespace valion::stats {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

Result<void> check_sales(std::span<const double> estimates, std::span<const double> prices) {
  if (prices.size() < 3) {
    return fail(ErrorKind::invalid, "a ratio study needs at least 3 sales; there are " + std::to_string(prices.size()));
  }
  for (std::size_t i = 0; i < prices.size(); ++i) {
    const bool good = std::isfinite(prices[i]) && prices[i] > 0 && std::isfinite(estimates[i]) && estimates[i] > 0;
    if (!good) {
      return fail(ErrorKind::invalid, "a ratio study needs positive prices and estimates; sale " +
                                          std::to_string(i + 1) + " has price " + std::to_string(prices[i]) +
                                          " and estimate " + std::to_string(estimates[i]));
    }
  }
  return {};
}

struct Line {
  double slope = kUndefined, standard_error = kUndefined;
};

Line slope_of(const std::vector<double>& x, const std::vector<double>& y) {
  const double mean_x = mean(x);
  const double mean_y = mean(y);
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  if (!(xx > 0)) return {};
  const double slope = xy / xx;
  double rest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double residual = y[i] - mean_y - slope * (x[i] - mean_x);
    rest += residual * residual;
  }
  return {slope, std::sqrt(rest / static_cast<double>(x.size() - 2) / xx)};
}

void price_related_bias(RatioStudy& study, std::span<const double> estimates, std::span<const double> prices,
                        double level) {
  std::vector<double> proxy(prices.size());
  std::vector<double> deviation(prices.size());
  for (std::size_t i = 0; i < prices.size(); ++i) {
    proxy[i] = std::log2((prices[i] + estimates[i] / study.median) / 2);
    deviation[i] = (estimates[i] / prices[i] - study.median) / study.median;
  }
  const Line line = slope_of(proxy, deviation);
  const double degrees = static_cast<double>(prices.size() - 2);
  const double reach = student_t_quantile(0.5 + level / 2, degrees) * line.standard_error;
  study.prb = line.slope;
  study.prb_standard_error = line.standard_error;
  study.prb_lower = line.slope - reach;
  study.prb_upper = line.slope + reach;
  study.prb_p = student_t_two_tails(line.slope / line.standard_error, degrees);
}

double gini(std::span<const double> values, const std::vector<std::size_t>& order) {
  const double n = static_cast<double>(values.size());
  double weighted = 0;
  double sum = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    weighted += static_cast<double>(i + 1) * values[order[i]];
    sum += values[order[i]];
  }
  return 2 * weighted / (n * sum) - (n + 1) / n;
}

void kakwani(RatioStudy& study, std::span<const double> estimates, std::span<const double> prices) {
  std::vector<std::size_t> order(prices.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return prices[a] < prices[b]; });
  study.gini_estimate = gini(estimates, order);
  study.gini_price = gini(prices, order);
  study.ki = study.gini_estimate - study.gini_price;
  const bool same_prices = prices[order.front()] == prices[order.back()];
  study.mki = same_prices ? kUndefined : study.gini_estimate / study.gini_price;
}

}  // namespace

Result<RatioStudy> study_ratios(std::span<const double> estimates, std::span<const double> prices, double level) {
  assert(estimates.size() == prices.size());
  VALION_TRY(check_sales(estimates, prices));
  std::vector<double> ratios(prices.size());
  for (std::size_t i = 0; i < prices.size(); ++i) ratios[i] = estimates[i] / prices[i];

  RatioStudy study;
  study.n = prices.size();
  study.median = median(ratios);
  study.mean = mean(ratios);
  study.weighted_mean = mean(estimates) / mean(prices);
  const auto [least, most] = std::minmax_element(ratios.begin(), ratios.end());
  study.minimum = *least;
  study.maximum = *most;
  double deviations = 0;
  for (const double ratio : ratios) deviations += std::abs(ratio - study.median);
  study.cod = 100 * deviations / static_cast<double>(study.n) / study.median;
  study.cov = 100 * standard_deviation(ratios) / study.mean;
  study.prd = study.mean / study.weighted_mean;
  price_related_bias(study, estimates, prices, level);
  kakwani(study, estimates, prices);
  return study;
}

}  // namespace valion::stats
