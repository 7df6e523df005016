// A fitted linear model: OLS or elastic net.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace valion::model {

// One line of a coefficient table. Inference only where the estimator has it (OLS); NaN-free.
struct Coefficient {
  std::string term;
  double estimate = 0;
  std::optional<double> standard_error, t, p;
};

struct LinearModel {
  double intercept = 0;
  std::vector<double> coefficients;     // one per column of the design
  std::vector<double> means;            // of the training sales: where a contribution is zero
  std::vector<double> standard_errors;  // the intercept's first; empty without inference
  double degrees_of_freedom = 0;        // 0 without inference

  [[nodiscard]] double predict(const double* row) const noexcept;
  [[nodiscard]] double expected_value() const noexcept { return predict(means.data()); }
  // Shapley values of a linear model with independent columns: coefficient × (value - mean).
  [[nodiscard]] std::vector<double> shap(const double* row) const;
  // The intercept, then one line per term; `terms` names the columns.
  [[nodiscard]] std::vector<Coefficient> table(const std::vector<std::string>& terms) const;
};

}  // namespace valion::model
