#include "domain/stats/accuracy.hpp"

#include <cassert>
#include <cmath>
#include <limits>
#include <vector>

#include "domain/stats/descriptive.hpp"

namespace valion::stats {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

std::vector<double> relative_errors(std::span<const double> estimates, std::span<const double> prices) {
  assert(estimates.size() == prices.size());
  std::vector<double> errors(prices.size());
  for (std::size_t i = 0; i < prices.size(); ++i) errors[i] = std::abs(estimates[i] - prices[i]) / prices[i];
  return errors;
}

}  // namespace

double mdape(std::span<const double> estimates, std::span<const double> prices) {
  return median(relative_errors(estimates, prices));
}

double mape(std::span<const double> estimates, std::span<const double> prices) {
  return mean(relative_errors(estimates, prices));
}

double ppe(std::span<const double> estimates, std::span<const double> prices, double within) {
  assert(estimates.size() == prices.size());
  if (prices.empty()) return kUndefined;
  std::size_t inside = 0;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    if (std::abs(estimates[i] - prices[i]) <= within * prices[i]) ++inside;
  }
  return static_cast<double>(inside) / static_cast<double>(prices.size());
}

double r2(std::span<const double> estimates, std::span<const double> prices) {
  assert(estimates.size() == prices.size());
  const double centre = mean(prices);
  double unexplained = 0;
  double total = 0;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    unexplained += (prices[i] - estimates[i]) * (prices[i] - estimates[i]);
    total += (prices[i] - centre) * (prices[i] - centre);
  }
  return total > 0 ? 1 - unexplained / total : kUndefined;
}

double coverage(std::span<const double> lower, std::span<const double> upper, std::span<const double> prices) {
  assert(lower.size() == prices.size() && upper.size() == prices.size());
  if (prices.empty()) return kUndefined;
  std::size_t inside = 0;
  for (std::size_t i = 0; i < prices.size(); ++i) {
    if (lower[i] <= prices[i] && prices[i] <= upper[i]) ++inside;
  }
  return static_cast<double>(inside) / static_cast<double>(prices.size());
}

}  // namespace valion::stats
