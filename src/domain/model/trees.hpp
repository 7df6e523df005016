// An ensemble of regression trees as plain numbers, in libxgboost's own arithmetic: thresholds and leaves are its floats,
// a value is compared after rounding to float, a missing one takes the learnt direction. The prediction adds the leaves in
// double, so it equals libxgboost's (which adds in float) within float rounding; training checks that on every row it fits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace valion::model {

struct TreeNode {
  std::int32_t feature = -1;  // column of the design; -1: a leaf
  std::int32_t left = -1;     // index into TreeEnsemble::nodes, taken when value < threshold
  std::int32_t right = -1;
  std::uint8_t missing_left = 0;  // where a missing value goes
  float value = 0;                // threshold, or the leaf's contribution
  double cover = 0;  // sum of the training sales' hessians that reached the node (squared error: their number)
};

// Invariant: children come after their parent and have one; covers are positive, a parent's is the sum of its children's.
struct TreeEnsemble {
  double base_score = 0;
  std::size_t features = 0;
  std::vector<TreeNode> nodes;
  std::vector<std::int32_t> roots;

  [[nodiscard]] double predict(const double* row) const noexcept;
  // True when every index is inside its range and the order of the invariant holds: to be asked of anything read from outside.
  [[nodiscard]] bool well_formed() const;
};

}  // namespace valion::model
