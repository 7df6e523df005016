#include "domain/model/tree_shap.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace valion::model {
namespace {

// One feature on the path from the root: the share of the covers that flows here when it is unknown, whether the row itself
// comes here when it is known (0 or 1), and the weight of the subsets of each size.
struct PathElement {
  std::int32_t feature = -1;
  double zero_fraction = 0;
  double one_fraction = 0;
  double weight = 0;
};

void extend(PathElement* path, std::size_t depth, double zero, double one, std::int32_t feature) {
  path[depth] = {feature, zero, one, depth == 0 ? 1.0 : 0.0};
  const double size = static_cast<double>(depth + 1);
  for (std::size_t i = depth; i-- > 0;) {
    path[i + 1].weight += one * path[i].weight * static_cast<double>(i + 1) / size;
    path[i].weight *= zero * static_cast<double>(depth - i) / size;
  }
}

void unwind(PathElement* path, std::size_t depth, std::size_t index) {
  const double one = path[index].one_fraction, zero = path[index].zero_fraction;
  const double size = static_cast<double>(depth + 1);
  double next = path[depth].weight;
  for (std::size_t i = depth; i-- > 0;) {
    if (one != 0) {
      const double kept = path[i].weight;
      path[i].weight = next * size / (static_cast<double>(i + 1) * one);
      next = kept - path[i].weight * zero * static_cast<double>(depth - i) / size;
    } else {
      path[i].weight *= size / (zero * static_cast<double>(depth - i));
    }
  }
  for (std::size_t i = index; i < depth; ++i) {
    path[i].feature = path[i + 1].feature;
    path[i].zero_fraction = path[i + 1].zero_fraction;
    path[i].one_fraction = path[i + 1].one_fraction;
  }
}

double unwound_sum(const PathElement* path, std::size_t depth, std::size_t index) {
  const double one = path[index].one_fraction, zero = path[index].zero_fraction;
  const double size = static_cast<double>(depth + 1);
  double next = path[depth].weight, total = 0;
  for (std::size_t i = depth; i-- > 0;) {
    if (one != 0) {
      const double weight = next * size / (static_cast<double>(i + 1) * one);
      total += weight;
      next = path[i].weight - weight * zero * static_cast<double>(depth - i) / size;
    } else {
      total += path[i].weight * size / (zero * static_cast<double>(depth - i));
    }
  }
  return total;
}

class Walk {
 public:
  Walk(const TreeEnsemble& trees, const double* row, std::vector<double>& shap)
      : trees_(trees), row_(row), shap_(shap) {}

  // `parent` is the path of the parent, of `depth` elements; each call works on its own copy behind it.
  void visit(std::int32_t index, std::size_t offset, std::size_t depth, double zero, double one, std::int32_t feature) {
    if (paths_.size() < offset + depth + 1) paths_.resize(2 * (offset + depth + 1));
    extend(paths_.data() + offset, depth, zero, one, feature);
    const TreeNode& node = trees_.nodes[static_cast<std::size_t>(index)];
    if (node.feature < 0) return add_leaf(offset, depth, static_cast<double>(node.value));

    const auto value = static_cast<float>(row_[node.feature]);
    const bool left = std::isnan(value) ? node.missing_left != 0 : value < node.value;
    const std::int32_t hot = left ? node.left : node.right, cold = left ? node.right : node.left;
    double known_zero = 1, known_one = 1;
    std::size_t length = depth + 1;
    // A feature met before is taken out of the path and put back with the product of its fractions.
    for (std::size_t i = 1; i <= depth; ++i) {
      if (paths_[offset + i].feature != node.feature) continue;
      known_zero = paths_[offset + i].zero_fraction;
      known_one = paths_[offset + i].one_fraction;
      unwind(paths_.data() + offset, depth, i);
      --length;
      break;
    }
    descend(hot, offset, length, known_zero * share(hot, node), known_one, node.feature);
    descend(cold, offset, length, known_zero * share(cold, node), 0, node.feature);
  }

 private:
  [[nodiscard]] double share(std::int32_t child, const TreeNode& parent) const {
    return trees_.nodes[static_cast<std::size_t>(child)].cover / parent.cover;
  }

  void descend(std::int32_t child, std::size_t offset, std::size_t length, double zero, double one,
               std::int32_t feature) {
    const std::size_t next = offset + length;
    if (paths_.size() < next + length + 1) paths_.resize(2 * (next + length + 1));
    std::copy_n(paths_.begin() + static_cast<std::ptrdiff_t>(offset), length,
                paths_.begin() + static_cast<std::ptrdiff_t>(next));
    visit(child, next, length, zero, one, feature);
  }

  void add_leaf(std::size_t offset, std::size_t depth, double value) {
    const PathElement* path = paths_.data() + offset;
    for (std::size_t i = 1; i <= depth; ++i) {
      const double weight = unwound_sum(path, depth, i);
      shap_[static_cast<std::size_t>(path[i].feature)] +=
          weight * (path[i].one_fraction - path[i].zero_fraction) * value;
    }
  }

  const TreeEnsemble& trees_;
  const double* row_;
  std::vector<double>& shap_;
  std::vector<PathElement> paths_ = std::vector<PathElement>(256);
};

double mean_below(const TreeEnsemble& trees, std::int32_t index) {
  const TreeNode& node = trees.nodes[static_cast<std::size_t>(index)];
  if (node.feature < 0) return static_cast<double>(node.value);
  const double left = trees.nodes[static_cast<std::size_t>(node.left)].cover;
  const double right = trees.nodes[static_cast<std::size_t>(node.right)].cover;
  return (left * mean_below(trees, node.left) + right * mean_below(trees, node.right)) / node.cover;
}

}  // namespace

double expected_value(const TreeEnsemble& trees) {
  double sum = trees.base_score;
  for (const auto root : trees.roots) sum += mean_below(trees, root);
  return sum;
}

std::vector<double> tree_shap(const TreeEnsemble& trees, const double* row) {
  std::vector<double> shap(trees.features);
  Walk walk(trees, row, shap);
  for (const auto root : trees.roots) walk.visit(root, 0, 0, 1, 1, -1);
  return shap;
}

}  // namespace valion::model
