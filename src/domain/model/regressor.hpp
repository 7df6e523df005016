// One interface for everything that learns log price from a design matrix.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "domain/model/linear_model.hpp"
#include "domain/model/matrix.hpp"
#include "domain/model/trees.hpp"

namespace valion::model {

enum class DesignKind { linear, tree };  // which of feature_encoder.hpp's two views it reads

using Predictor = std::variant<LinearModel, TreeEnsemble>;

struct Fit {
  Predictor predictor;
  std::string notes;  // what was chosen while fitting, for the reader: lambda, number of trees
};

struct FitOptions {
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::function<bool()> cancelled;       // may be empty; asked often
  std::function<void(double)> progress;  // may be empty; 0 to 1
};

// `fit` requires x.rows == target.size() > 0; missing values only for trees. Errors: cancelled; invalid (the data cannot
// carry the model); internal (the library failed, with its message). Deterministic for equal input, seed and threads.
struct Regressor {
  std::string_view name;
  DesignKind design = DesignKind::linear;
  Result<Fit> (*fit)(const Matrix& x, const std::vector<double>& target, const FitOptions& options) = nullptr;
};

[[nodiscard]] double predict(const Predictor& predictor, const double* row);
[[nodiscard]] double expected_value(const Predictor& predictor);
[[nodiscard]] std::vector<double> shap(const Predictor& predictor, const double* row);

// «xgboost 1.7.4»: part of what a bit-for-bit repetition needs.
[[nodiscard]] std::string xgboost_version();

// The fits behind regressors.cpp's list.
Result<Fit> fit_ols(const Matrix& x, const std::vector<double>& target, const FitOptions& options);
Result<Fit> fit_elastic_net(const Matrix& x, const std::vector<double>& target, const FitOptions& options);
Result<Fit> fit_xgboost(const Matrix& x, const std::vector<double>& target, const FitOptions& options);

}  // namespace valion::model
