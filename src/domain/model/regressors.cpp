#include "domain/model/regressors.hpp"

#include "domain/model/tree_shap.hpp"

namespace valion::model {

const std::vector<Regressor>& regressors() {
  static const std::vector<Regressor> list{
      {"ols", DesignKind::linear, &fit_ols},
      {"elastic_net", DesignKind::linear, &fit_elastic_net},
      {"xgboost", DesignKind::tree, &fit_xgboost},
  };
  return list;
}

const Regressor* find_regressor(std::string_view name) {
  for (const auto& regressor : regressors()) {
    if (regressor.name == name) return &regressor;
  }
  return nullptr;
}

double predict(const Predictor& predictor, const double* row) {
  return std::visit([&](const auto& fitted) { return fitted.predict(row); }, predictor);
}

double expected_value(const Predictor& predictor) {
  if (const auto* linear = std::get_if<LinearModel>(&predictor)) return linear->expected_value();
  return expected_value(std::get<TreeEnsemble>(predictor));
}

std::vector<double> shap(const Predictor& predictor, const double* row) {
  if (const auto* linear = std::get_if<LinearModel>(&predictor)) return linear->shap(row);
  return tree_shap(std::get<TreeEnsemble>(predictor), row);
}

}  // namespace valion::model
