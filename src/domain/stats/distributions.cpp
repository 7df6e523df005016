#include "domain/stats/distributions.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>

#include <cmath>
#include <limits>

namespace valion::stats {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

bool is_degrees(double value) { return value > 0 && std::isfinite(value); }
bool is_probability(double value) { return value > 0 && value < 1; }

}  // namespace

double student_t_two_tails(double t, double degrees_of_freedom) {
  if (std::isnan(t) || !is_degrees(degrees_of_freedom)) return kUndefined;
  if (std::isinf(t)) return 0;
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(degrees_of_freedom), std::abs(t)));
}

double student_t_quantile(double p, double degrees_of_freedom) {
  if (!is_probability(p) || !is_degrees(degrees_of_freedom)) return kUndefined;
  return boost::math::quantile(boost::math::students_t(degrees_of_freedom), p);
}

double f_upper_tail(double f, double numerator, double denominator) {
  if (std::isnan(f) || !is_degrees(numerator) || !is_degrees(denominator)) return kUndefined;
  if (f <= 0) return 1;
  if (std::isinf(f)) return 0;
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(numerator, denominator), f));
}

double chi_squared_upper_tail(double x, double degrees_of_freedom) {
  if (std::isnan(x) || !is_degrees(degrees_of_freedom)) return kUndefined;
  if (x <= 0) return 1;
  if (std::isinf(x)) return 0;
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(degrees_of_freedom), x));
}

double normal_cdf(double z) { return std::isnan(z) ? kUndefined : 0.5 * std::erfc(-z * 0.70710678118654752440); }

double normal_quantile(double p) {
  return is_probability(p) ? boost::math::quantile(boost::math::normal(), p) : kUndefined;
}

}  // namespace valion::stats
