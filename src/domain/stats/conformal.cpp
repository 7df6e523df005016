#include "domain/stats/conformal.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

namespace valion::stats {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kRounding = 1e-9;  // (n + 1) * level is meant to be exact: 100 * 0.07 is not above 7

// The rank-th smallest, from 1; infinite beyond the sample's ends.
double order_statistic(std::vector<double>& values, double rank) {
  if (rank < 1) return -kInfinity;
  if (rank > static_cast<double>(values.size())) return kInfinity;
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank) - 1;
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

[[maybe_unused]] bool usable(const std::vector<double>& errors, double level) {
  return level > 0 && level < 1 && std::none_of(errors.begin(), errors.end(), [](double e) { return std::isnan(e); });
}

}  // namespace

double conformal_half_width(std::vector<double> absolute_errors, double level) {
  assert(usable(absolute_errors, level));
  const double n = static_cast<double>(absolute_errors.size());
  return order_statistic(absolute_errors, std::ceil((n + 1) * level - kRounding));
}

ConformalBand conformal_band(std::vector<double> errors, double level) {
  assert(usable(errors, level));
  const double n = static_cast<double>(errors.size());
  const double missed = (1 - level) / 2;
  const double lower = order_statistic(errors, std::floor((n + 1) * missed + kRounding));
  const double upper = order_statistic(errors, std::ceil((n + 1) * (1 - missed) - kRounding));
  return {lower, upper};
}

}  // namespace valion::stats
