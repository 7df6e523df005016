#include "domain/model/xgboost_trees.hpp"

#include <simdjson.h>

#include <string>

namespace valion::model {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;

double number_in(const element& value) {
  if (value.is_string()) return std::stod(std::string(std::string_view(value.get_string())));
  return value.get_double();  // an integer token is read as a double too
}

std::vector<double> numbers_of(const element& tree, const char* key) {
  std::vector<double> numbers;
  for (const element item : array(tree[key].get_array())) {
    numbers.push_back(item.is_bool() ? (bool(item.get_bool()) ? 1.0 : 0.0) : number_in(item));
  }
  return numbers;
}

// Children before parents, as they come after them.
void sum_covers(TreeEnsemble& trees, std::size_t first) {
  for (std::size_t i = trees.nodes.size(); i-- > first;) {
    TreeNode& node = trees.nodes[i];
    if (node.feature < 0) continue;
    node.cover = trees.nodes[static_cast<std::size_t>(node.left)].cover +
                 trees.nodes[static_cast<std::size_t>(node.right)].cover;
  }
}

void append_tree(TreeEnsemble& trees, const element& tree) {
  const auto left = numbers_of(tree, "left_children"), right = numbers_of(tree, "right_children");
  const auto feature = numbers_of(tree, "split_indices"), value = numbers_of(tree, "split_conditions");
  const auto missing_left = numbers_of(tree, "default_left"), cover = numbers_of(tree, "sum_hessian");
  const auto first = static_cast<std::int32_t>(trees.nodes.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    TreeNode node;
    node.value = static_cast<float>(value.at(i));  // of a leaf: its weight, learning rate included
    node.cover = cover.at(i);
    if (left[i] >= 0) {
      node.feature = static_cast<std::int32_t>(feature.at(i));
      node.left = first + static_cast<std::int32_t>(left[i]);
      node.right = first + static_cast<std::int32_t>(right.at(i));
      node.missing_left = missing_left.at(i) != 0 ? 1 : 0;
    }
    trees.nodes.push_back(node);
  }
  trees.roots.push_back(first);
  sum_covers(trees, static_cast<std::size_t>(first));
}

}  // namespace

Result<TreeEnsemble> read_xgboost_trees(std::string_view model_json) {
  try {
    simdjson::dom::parser parser;
    const element document = parser.parse(simdjson::padded_string(model_json));
    const element learner = document["learner"];
    TreeEnsemble trees;
    trees.base_score = static_cast<double>(static_cast<float>(number_in(learner["learner_model_param"]["base_score"])));
    trees.features = static_cast<std::size_t>(number_in(learner["learner_model_param"]["num_feature"]));
    for (const element tree : array(learner["gradient_booster"]["model"]["trees"].get_array()))
      append_tree(trees, tree);
    if (!trees.well_formed()) return fail(ErrorKind::internal, "libxgboost's model is not a forest of binary trees");
    return trees;
  } catch (const std::exception& error) {  // simdjson's errors and .at(): the document is not what 1.7.4 writes
    return fail(ErrorKind::internal, std::string("libxgboost's model document cannot be read: ") + error.what());
  }
}

}  // namespace valion::model
