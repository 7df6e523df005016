#include "domain/model/trees.hpp"

#include <cmath>

namespace valion::model {

double TreeEnsemble::predict(const double* row) const noexcept {
  double sum = base_score;
  for (const auto root : roots) {
    const TreeNode* node = &nodes[static_cast<std::size_t>(root)];
    while (node->feature >= 0) {
      const auto value = static_cast<float>(row[node->feature]);
      const bool left = std::isnan(value) ? node->missing_left != 0 : value < node->value;
      node = &nodes[static_cast<std::size_t>(left ? node->left : node->right)];
    }
    sum += static_cast<double>(node->value);
  }
  return sum;
}

bool TreeEnsemble::well_formed() const {
  const auto count = static_cast<std::int32_t>(nodes.size());
  std::vector<std::uint8_t> parents(nodes.size(), 0);
  for (std::int32_t i = 0; i < count; ++i) {
    const TreeNode& node = nodes[static_cast<std::size_t>(i)];
    if (!(node.cover > 0) || !std::isfinite(node.cover) || !std::isfinite(node.value)) return false;
    if (node.feature < 0) continue;
    if (static_cast<std::size_t>(node.feature) >= features) return false;
    for (const auto child : {node.left, node.right}) {
      if (child <= i || child >= count || parents[static_cast<std::size_t>(child)]++ > 0) return false;
    }
  }
  for (const auto root : roots) {
    if (root < 0 || root >= count || parents[static_cast<std::size_t>(root)] > 0) return false;
  }
  return std::isfinite(base_score);
}

}  // namespace valion::model
