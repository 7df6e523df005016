#include "domain/report/axis.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace valion::report {
namespace {

double power_below(double value) { return std::pow(10.0, std::floor(std::log10(value) + 1e-12)); }

// The nearest of the round steps, in proportion.
double step_for(double span, std::size_t wanted) {
  const double raw = span / static_cast<double>(wanted);
  const double power = power_below(raw);
  const double mantissa = raw / power;
  if (mantissa < 1.45) return power;
  if (mantissa < 2.24) return 2 * power;
  if (mantissa < 3.5) return 2.5 * power;
  return (mantissa < 7.1 ? 5 : 10) * power;
}

// Whole multiples of `step` inside the ends; counted, not added up, so that 0.1 + 0.2 never shows.
std::vector<double> multiples(double lower, double upper, double step) {
  std::vector<double> ticks;
  const double first = std::ceil(lower / step - 1e-9);
  const double last = std::floor(upper / step + 1e-9);
  for (double k = first; k <= last && ticks.size() < 100; k += 1) ticks.push_back(k == 0 ? 0 : k * step);
  return ticks;
}

std::vector<double> decade_ticks(double lower, double upper, const std::vector<double>& factors) {
  std::vector<double> ticks;
  for (double power = power_below(lower); power <= upper; power *= 10) {
    for (const double factor : factors) {
      const double tick = factor * power;
      if (tick >= lower * (1 - 1e-9) && tick <= upper * (1 + 1e-9)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace

double Axis::position(double value) const {
  if (logarithmic) return std::log(value / lower) / std::log(upper / lower);
  return (value - lower) / (upper - lower);
}

double round_down_to_nice(double value) {
  const double power = power_below(value);
  const double mantissa = value / power * (1 + 1e-12);
  return (mantissa >= 5 ? 5 : mantissa >= 2 ? 2 : 1) * power;
}

Axis linear_axis(double lower, double upper, std::size_t wanted) {
  if (upper < lower) std::swap(lower, upper);
  if (!(upper - lower > 1e-12 * std::max(1.0, std::fabs(upper)))) {
    const double margin = std::max(std::fabs(lower) * 0.05, 1e-6);
    lower -= margin;
    upper += margin;
  }
  const double step = step_for(upper - lower, std::max<std::size_t>(wanted, 2));
  Axis axis;
  axis.lower = std::floor(lower / step + 1e-9) * step;
  axis.upper = std::ceil(upper / step - 1e-9) * step;
  axis.ticks = multiples(axis.lower, axis.upper, step);
  return axis;
}

Axis log_axis(double lower, double upper, std::size_t wanted) {
  if (upper < lower) std::swap(lower, upper);
  if (upper < lower * 1.1) {
    const double middle = std::sqrt(lower * upper);
    lower = middle / 1.05;
    upper = middle * 1.05;
  }
  Axis axis{lower, upper, {}, true};
  if (upper / lower < 4) {  // less than a decade: linear steps read better
    axis.ticks = multiples(lower, upper, step_for(upper - lower, wanted));
    return axis;
  }
  const std::array<std::vector<double>, 3> choices{std::vector<double>{1, 2, 5}, std::vector<double>{1, 3},
                                                   std::vector<double>{1}};
  for (const auto& factors : choices) {
    axis.ticks = decade_ticks(lower, upper, factors);
    if (axis.ticks.size() <= wanted + 1) break;
  }
  const std::size_t every = axis.ticks.size() / (wanted + 2) + 1;  // many decades: each second, third, …
  std::vector<double> kept;
  for (std::size_t i = 0; i < axis.ticks.size(); i += every) kept.push_back(axis.ticks[i]);
  axis.ticks = std::move(kept);
  return axis;
}

}  // namespace valion::report
