// A fitted model that can value and explain: features, predictor, and the market's movement added back.
#pragma once

#include <memory>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/fitted_features.hpp"
#include "domain/model/regressor.hpp"

namespace valion::model {

// The promise: |base + Σ contributions - eta| <= kAdditivityTolerance · max(1, |eta|), kept on every explanation.
inline constexpr double kAdditivityTolerance = 1e-6;

// Squared error fits the mean of log price, and a value is meant to be the median: sales far below the market pull the mean
// down. `median_shift` is the median of what out-of-fold predictions of the training sales leave over; it is added to every
// prediction (to the base value, in explanations).
struct ValueModel {
  FittedFeatures features;
  DesignKind kind = DesignKind::linear;
  Predictor predictor;
  double median_shift = 0;
  std::shared_ptr<const geo::NeighbourIndex> index;  // make_index(features)
};

// One prediction taken apart, on the scale of log price.
struct Explanation {
  double eta = 0;
  double base_value = 0;
  std::vector<double> contributions;  // one per feature_names()
  double additivity_error = 0;        // |base + Σ - eta| / max(1, |eta|)
};

// Log prices at each row's own date. `own` as in make_designs(). Thread-safe.
[[nodiscard]] std::vector<double> predict_eta(const ValueModel& model, const dataset::Table& table,
                                              const std::vector<std::size_t>& rows,
                                              const std::vector<std::int64_t>& own = {}, std::size_t threads = 1);

// Shapley values of each row, added up by feature; the sale date's is the market trend since the training sales' mean date.
// ErrorKind::internal when the promise is broken or a number is not finite: no explanation is better than a wrong one.
[[nodiscard]] Result<std::vector<Explanation>> explain(const ValueModel& model, const dataset::Table& table,
                                                       const std::vector<std::size_t>& rows, std::size_t threads = 1);

// The same check for any explanation, separate so that it can be seen to fail.
[[nodiscard]] Result<void> check_additivity(Explanation& explanation);

}  // namespace valion::model
