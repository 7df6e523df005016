#include "domain/model/linear_model.hpp"

#include <cmath>

#include "domain/stats/distributions.hpp"

namespace valion::model {

double LinearModel::predict(const double* row) const noexcept {
  double sum = intercept;
  for (std::size_t j = 0; j < coefficients.size(); ++j) sum += coefficients[j] * row[j];
  return sum;
}

std::vector<double> LinearModel::shap(const double* row) const {
  std::vector<double> shap(coefficients.size());
  for (std::size_t j = 0; j < coefficients.size(); ++j) shap[j] = coefficients[j] * (row[j] - means[j]);
  return shap;
}

std::vector<Coefficient> LinearModel::table(const std::vector<std::string>& terms) const {
  std::vector<Coefficient> lines;
  for (std::size_t i = 0; i <= coefficients.size(); ++i) {
    Coefficient line;
    line.term = i == 0 ? "intercept" : terms[i - 1];
    line.estimate = i == 0 ? intercept : coefficients[i - 1];
    if (!standard_errors.empty() && std::isfinite(standard_errors[i]) && standard_errors[i] > 0) {
      line.standard_error = standard_errors[i];
      line.t = line.estimate / standard_errors[i];
      if (const double p = stats::student_t_two_tails(*line.t, degrees_of_freedom); std::isfinite(p)) line.p = p;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace valion::model
