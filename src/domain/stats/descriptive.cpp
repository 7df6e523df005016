#include "domain/stats/descriptive.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>

namespace valion::stats {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

bool any_undefined(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
}

double between(double below, double above, double share) {
  return share == 0 ? below : below + share * (above - below);
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return kUndefined;
  const double n = static_cast<double>(values.size());
  const double first = std::accumulate(values.begin(), values.end(), 0.0) / n;
  if (!std::isfinite(first)) return first;
  double correction = 0;  // what rounding lost in the first pass
  for (const double value : values) correction += value - first;
  return first + correction / n;
}

double variance(std::span<const double> values) {
  if (values.size() < 2) return kUndefined;
  const double centre = mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return squares / static_cast<double>(values.size() - 1);
}

double standard_deviation(std::span<const double> values) { return std::sqrt(variance(values)); }

double quantile(std::vector<double> values, double p) {
  assert(p >= 0 && p <= 1);
  if (values.empty() || any_undefined(values)) return kUndefined;
  const double position = static_cast<double>(values.size() - 1) * p;
  const auto below = static_cast<std::size_t>(position);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), middle, values.end());
  const double lower = *middle;
  const double share = position - static_cast<double>(below);
  if (share == 0) return lower;
  return between(lower, *std::min_element(middle + 1, values.end()), share);
}

double quantile_of_sorted(std::span<const double> ascending, double p) {
  assert(p >= 0 && p <= 1);
  if (ascending.empty()) return kUndefined;
  const double position = static_cast<double>(ascending.size() - 1) * p;
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return between(ascending[below], ascending[above], position - static_cast<double>(below));
}

double median(std::vector<double> values) { return quantile(std::move(values), 0.5); }

double pearson(std::span<const double> a, std::span<const double> b) {
  assert(a.size() == b.size());
  if (a.size() < 2) return kUndefined;
  const double mean_a = mean(a);
  const double mean_b = mean(b);
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return aa > 0 && bb > 0 ? std::clamp(ab / (std::sqrt(aa) * std::sqrt(bb)), -1.0, 1.0) : kUndefined;
}

std::vector<double> ranks(std::span<const double> values) {
  if (any_undefined(values)) return std::vector<double>(values.size(), kUndefined);
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    const double shared = static_cast<double>(first + last) / 2 + 1;
    for (; first <= last; ++first) result[order[first]] = shared;
  }
  return result;
}

}  // namespace valion::stats
