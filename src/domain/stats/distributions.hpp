// The probability distributions that inference needs. Boost.Math behind plain functions: its headers stay in one .cpp.
// NaN in, or parameters out of range (degrees of freedom <= 0, probabilities outside (0, 1)): NaN out.
#pragma once

namespace valion::stats {

// P(|T| >= |t|): both tails of Student's t. Accurate for tiny tails too (by the complement).
[[nodiscard]] double student_t_two_tails(double t, double degrees_of_freedom);
// The t that leaves 1 - p above it.
[[nodiscard]] double student_t_quantile(double p, double degrees_of_freedom);
// P(F >= f): the upper tail of Snedecor's F.
[[nodiscard]] double f_upper_tail(double f, double numerator, double denominator);
[[nodiscard]] double chi_squared_upper_tail(double x, double degrees_of_freedom);
[[nodiscard]] double normal_cdf(double z);
[[nodiscard]] double normal_quantile(double p);

}  // namespace valion::stats
