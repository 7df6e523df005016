#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <xgboost/c_api.h>

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "domain/model/regressor.hpp"
#include "domain/model/tree_shap.hpp"
#include "domain/model/trees.hpp"
#include "domain/model/value_model.hpp"
#include "domain/model/xgboost_trees.hpp"
#include "domain/stats/random.hpp"

namespace valion::model {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

TreeNode leaf(float value, double cover) {
  TreeNode node;
  node.value = value;
  node.cover = cover;
  return node;
}
TreeNode split(std::int32_t feature, float threshold, std::int32_t left, std::int32_t right, bool missing_left,
               double cover) {
  return {feature, left, right, static_cast<std::uint8_t>(missing_left ? 1 : 0), threshold, cover};
}

// Two trees over three features; the first asks feature 0 twice on one path.
TreeEnsemble small_forest() {
  TreeEnsemble trees;
  trees.base_score = 0.5;
  trees.features = 3;
  trees.nodes = {split(0, 5, 1, 2, true, 10),
                 split(1, 2, 3, 4, false, 6),
                 leaf(4, 4),
                 leaf(-1, 2),
                 split(0, 3, 5, 6, false, 4),
                 leaf(2, 3),
                 leaf(7, 1),
                 split(2, 1, 8, 9, false, 10),
                 leaf(-0.25F, 7),
                 split(1, 4, 10, 11, true, 3),
                 leaf(1.5F, 1),
                 leaf(3, 2)};
  trees.roots = {0, 7};
  return trees;
}

// The prediction when only the features in `known` (bits) are known: others are averaged over by cover.
double conditional(const TreeEnsemble& trees, std::int32_t index, const std::vector<double>& row, unsigned known) {
  const TreeNode& node = trees.nodes[static_cast<std::size_t>(index)];
  if (node.feature < 0) return static_cast<double>(node.value);
  const auto below = [&](std::int32_t child) { return conditional(trees, child, row, known); };
  if ((known >> node.feature & 1U) != 0) {
    const double value = row[static_cast<std::size_t>(node.feature)];
    const bool left = std::isnan(value) ? node.missing_left != 0 : value < static_cast<double>(node.value);
    return below(left ? node.left : node.right);
  }
  const auto cover = [&](std::int32_t child) {
    return trees.nodes[static_cast<std::size_t>(child)].cover / node.cover;
  };
  return cover(node.left) * below(node.left) + cover(node.right) * below(node.right);
}

double value_of(const TreeEnsemble& trees, const std::vector<double>& row, unsigned known) {
  double sum = trees.base_score;
  for (const auto root : trees.roots) sum += conditional(trees, root, row, known);
  return sum;
}

// Shapley's definition, over all subsets.
std::vector<double> brute_force_shapley(const TreeEnsemble& trees, const std::vector<double>& row) {
  const auto m = static_cast<unsigned>(trees.features);
  std::vector<double> shapley(m);
  for (unsigned feature = 0; feature < m; ++feature) {
    for (unsigned known = 0; known < (1U << m); ++known) {
      if ((known >> feature & 1U) != 0) continue;
      const auto size = static_cast<double>(std::popcount(known));
      const double weight = std::tgamma(size + 1) * std::tgamma(m - size) / std::tgamma(m + 1.0);
      shapley[feature] += weight * (value_of(trees, row, known | 1U << feature) - value_of(trees, row, known));
    }
  }
  return shapley;
}

TEST(TreeShap, equals_shapleys_definition_for_every_kind_of_row) {
  const auto trees = small_forest();
  ASSERT_TRUE(trees.well_formed());
  for (const double a : {1.0, 4.0, 6.0, kUnknown}) {
    for (const double b : {1.0, 3.0, 5.0, kUnknown}) {
      for (const double c : {0.0, 2.0, kUnknown}) {
        const std::vector<double> row{a, b, c};
        const auto expected = brute_force_shapley(trees, row);
        const auto shap = tree_shap(trees, row.data());
        for (std::size_t f = 0; f < 3; ++f)
          EXPECT_NEAR(shap[f], expected[f], 1e-12) << a << ' ' << b << ' ' << c << ' ' << f;
        EXPECT_NEAR(expected_value(trees) + std::accumulate(shap.begin(), shap.end(), 0.0), trees.predict(row.data()),
                    1e-12);
      }
    }
  }
}

TEST(TreeShap, gives_nothing_to_a_feature_that_no_tree_asks_for) {
  auto trees = small_forest();
  trees.features = 4;
  const std::vector<double> row{4, 3, 2, 99};
  EXPECT_EQ(tree_shap(trees, row.data())[3], 0);
}

TEST(Trees, a_missing_value_takes_the_learnt_direction) {
  const auto trees = small_forest();
  const std::vector<double> unknown_first{kUnknown, 1, 0};  // left at the root, then b < 2: leaf -1
  EXPECT_DOUBLE_EQ(trees.predict(unknown_first.data()), 0.5 - 1 - 0.25);
}

TEST(Trees, compare_in_single_precision_as_libxgboost_does) {
  TreeEnsemble trees;
  trees.features = 1;
  trees.nodes = {split(0, 0.1F, 1, 2, true, 2), leaf(-1, 1), leaf(1, 1)};
  trees.roots = {0};
  const double just_below = 0.1;  // as a float it equals the threshold, so it is not below it
  EXPECT_EQ(trees.predict(&just_below), 1);
}

TEST(Trees, refuse_what_is_no_forest) {
  auto circle = small_forest();
  circle.nodes[4].left = 1;
  EXPECT_FALSE(circle.well_formed());
  auto outside = small_forest();
  outside.nodes[0].feature = 3;
  EXPECT_FALSE(outside.well_formed());
  auto weightless = small_forest();
  weightless.nodes[2].cover = 0;
  EXPECT_FALSE(weightless.well_formed());
}

Matrix random_rows(std::size_t rows, std::uint64_t seed) {
  stats::Random random(seed);
  Matrix x(rows, 4);
  for (auto& value : x.values) value = random.uniform() < 0.15 ? kUnknown : std::floor(20 * random.uniform()) / 3;
  return x;
}

std::vector<double> response_to(const Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const double* row = x.row(i);
    const double a = std::isnan(row[0]) ? 2 : row[0], b = std::isnan(row[1]) ? -1 : row[1];
    y.push_back(11 + 0.3 * a - 0.2 * b + (row[2] > 3 ? 0.5 : 0));
  }
  return y;
}

// libxgboost's own predictions of `query` after a few rounds on `x`, and the trees read from its document.
std::pair<std::vector<float>, TreeEnsemble> train_with_libxgboost(const Matrix& x, const std::vector<double>& y,
                                                                  const Matrix& query) {
  const auto matrix_of = [](const Matrix& m) {
    const std::vector<float> values(m.values.begin(), m.values.end());
    DMatrixHandle handle = nullptr;
    EXPECT_EQ(XGDMatrixCreateFromMat(values.data(), m.rows, m.columns, std::nanf(""), &handle), 0);
    return handle;
  };
  DMatrixHandle training = matrix_of(x), asked = matrix_of(query);
  const std::vector<float> labels(y.begin(), y.end());
  EXPECT_EQ(XGDMatrixSetFloatInfo(training, "label", labels.data(), labels.size()), 0);
  BoosterHandle booster = nullptr;
  EXPECT_EQ(XGBoosterCreate(&training, 1, &booster), 0);
  for (const auto& [name, value] :
       {std::pair{"nthread", "1"}, {"max_depth", "4"}, {"base_score", "11.25"}, {"verbosity", "0"}}) {
    EXPECT_EQ(XGBoosterSetParam(booster, name, value), 0);
  }
  for (int round = 0; round < 20; ++round) EXPECT_EQ(XGBoosterUpdateOneIter(booster, round, training), 0);
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0, length = 0;
  const float* predicted = nullptr;
  EXPECT_EQ(
      XGBoosterPredictFromDMatrix(
          booster, asked, R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})",
          &shape, &dimensions, &predicted),
      0);
  std::vector<float> answers(predicted, predicted + query.rows);
  const char* document = nullptr;
  EXPECT_EQ(XGBoosterSaveModelToBuffer(booster, R"({"format":"json"})", &length, &document), 0);
  auto trees = read_xgboost_trees(std::string_view(document, length));
  EXPECT_TRUE(trees.has_value());
  XGBoosterFree(booster);
  XGDMatrixFree(training);
  XGDMatrixFree(asked);
  return {std::move(answers), std::move(*trees)};
}

TEST(XgboostTrees, predict_what_libxgboost_predicts_on_rows_it_never_saw_with_missing_values) {
  const Matrix x = random_rows(500, 1), query = random_rows(300, 2);
  const auto [theirs, trees] = train_with_libxgboost(x, response_to(x), query);
  ASSERT_EQ(trees.roots.size(), 20U);
  for (std::size_t i = 0; i < query.rows; ++i)
    EXPECT_NEAR(trees.predict(query.row(i)), static_cast<double>(theirs[i]), 2e-5);
}

TEST(XgboostTrees, covers_of_children_add_up_to_their_parents) {
  const Matrix x = random_rows(200, 3);
  const auto trees = train_with_libxgboost(x, response_to(x), x).second;
  for (const auto& node : trees.nodes) {
    if (node.feature < 0) continue;
    EXPECT_EQ(node.cover, trees.nodes[static_cast<std::size_t>(node.left)].cover +
                              trees.nodes[static_cast<std::size_t>(node.right)].cover);
  }
  EXPECT_EQ(trees.nodes[0].cover, 200);
}

TEST(XgboostTrees, refuse_other_documents) {
  for (const char* text :
       {"", "{}", "[1]", R"({"learner":{"learner_model_param":{"base_score":"x","num_feature":"1"}}})"}) {
    const auto trees = read_xgboost_trees(text);
    ASSERT_FALSE(trees.has_value()) << text;
    EXPECT_EQ(trees.error().kind, ErrorKind::internal);
  }
}

TEST(Additivity, a_miss_is_an_error_in_every_build) {
  Explanation wrong{12.0, 11.0, {0.5, 0.4}, 0};
  const auto checked = check_additivity(wrong);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, ErrorKind::internal);
  EXPECT_NEAR(wrong.additivity_error, 0.1 / 12, 1e-12);
  Explanation not_a_number{12.0, 11.0, {kUnknown, 1}, 0};
  EXPECT_FALSE(check_additivity(not_a_number).has_value());
  Explanation right{12.0, 11.0, {0.5, 0.5}, 0};
  EXPECT_TRUE(check_additivity(right).has_value());
}

}  // namespace
}  // namespace valion::model
