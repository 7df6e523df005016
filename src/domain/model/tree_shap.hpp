// Exact Shapley values of a tree ensemble, path-dependent: a feature not yet known is averaged over by the training covers.
// Lundberg, Erion, Lee, «Consistent individualized feature attribution for tree ensembles», arXiv 1802.03888, algorithm 2,
// in double. base + Σ contributions = predict(row) up to rounding.
#pragma once

#include <vector>

#include "domain/model/trees.hpp"

namespace valion::model {

// The mean prediction over the training covers.
[[nodiscard]] double expected_value(const TreeEnsemble& trees);

// One value per column of the design. Cost O(leaves · depth²); thread-safe.
[[nodiscard]] std::vector<double> tree_shap(const TreeEnsemble& trees, const double* row);

}  // namespace valion::model
