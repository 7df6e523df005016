// Gradient-boosted trees by libxgboost, squared error, histogram method. The settings were measured (docs/performance.md).
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string_view>
#include <utility>

#include "domain/model/regressor.hpp"
#include "domain/model/xgboost_trees.hpp"

namespace valion::model {
namespace {

constexpr int kRounds = 600;
constexpr std::size_t kRoundsBetweenQuestions = 10;

// Largest |ours - libxgboost's| that float rounding of a sum of some hundred leaves can explain.
constexpr double kRoundingTolerance = 1e-4;

const std::vector<std::pair<const char*, const char*>>& settings() {
  static const std::vector<std::pair<const char*, const char*>> list{{"objective", "reg:squarederror"},
                                                                     {"tree_method", "hist"},
                                                                     {"max_depth", "7"},
                                                                     {"eta", "0.05"},
                                                                     {"min_child_weight", "5"},
                                                                     {"lambda", "5"},
                                                                     {"subsample", "0.7"},
                                                                     {"colsample_bynode", "0.4"},
                                                                     {"max_bin", "256"},
                                                                     {"verbosity", "0"}};
  return list;
}

struct FreeMatrix {
  void operator()(void* handle) const noexcept { XGDMatrixFree(handle); }
};
struct FreeBooster {
  void operator()(void* handle) const noexcept { XGBoosterFree(handle); }
};
using MatrixHandle = std::unique_ptr<void, FreeMatrix>;
using Booster = std::unique_ptr<void, FreeBooster>;

Result<void> ok(int code) {
  if (code == 0) return {};
  return fail(ErrorKind::internal, std::string("libxgboost: ") + XGBGetLastError());
}

Result<MatrixHandle> copy_in(const Matrix& x, const std::vector<double>& target) {
  const std::vector<float> values(x.values.begin(), x.values.end());
  DMatrixHandle raw = nullptr;
  VALION_TRY(
      ok(XGDMatrixCreateFromMat(values.data(), x.rows, x.columns, std::numeric_limits<float>::quiet_NaN(), &raw)));
  MatrixHandle matrix(raw);
  const std::vector<float> labels(target.begin(), target.end());
  VALION_TRY(ok(XGDMatrixSetFloatInfo(raw, "label", labels.data(), labels.size())));
  return matrix;
}

Result<Booster> make_booster(DMatrixHandle data, double base_score, const FitOptions& options) {
  BoosterHandle raw = nullptr;
  VALION_TRY(ok(XGBoosterCreate(&data, 1, &raw)));
  Booster booster(raw);
  for (const auto& [name, value] : settings()) VALION_TRY(ok(XGBoosterSetParam(raw, name, value)));
  char base[64];
  std::snprintf(base, sizeof base, "%.9g", base_score);
  VALION_TRY(ok(XGBoosterSetParam(raw, "base_score", base)));
  VALION_TRY(ok(XGBoosterSetParam(raw, "seed", std::to_string(options.seed % 2'147'483'647).c_str())));
  VALION_TRY(ok(XGBoosterSetParam(raw, "nthread", std::to_string(std::max<std::size_t>(options.threads, 1)).c_str())));
  return booster;
}

Result<void> boost(BoosterHandle booster, DMatrixHandle data, const FitOptions& options) {
  for (int round = 0; round < kRounds; ++round) {
    if (static_cast<std::size_t>(round) % kRoundsBetweenQuestions == 0) {
      if (options.cancelled && options.cancelled()) return fail(ErrorKind::cancelled, "training was cancelled");
      if (options.progress) options.progress(static_cast<double>(round) / kRounds);
    }
    VALION_TRY(ok(XGBoosterUpdateOneIter(booster, round, data)));
  }
  return {};
}

Result<TreeEnsemble> take_out(BoosterHandle booster) {
  bst_ulong length = 0;
  const char* bytes = nullptr;
  VALION_TRY(ok(XGBoosterSaveModelToBuffer(booster, R"({"format":"json"})", &length, &bytes)));
  return read_xgboost_trees(std::string_view(bytes, length));
}

// The trees we keep must say what libxgboost says, on every row it was fitted on.
Result<double> largest_difference(BoosterHandle booster, DMatrixHandle data, const TreeEnsemble& trees,
                                  const Matrix& x) {
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* predicted = nullptr;
  VALION_TRY(ok(XGBoosterPredictFromDMatrix(
      booster, data, R"({"type":0,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false})",
      &shape, &dimensions, &predicted)));
  double largest = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    largest = std::max(largest, std::abs(trees.predict(x.row(i)) - static_cast<double>(predicted[i])));
  }
  if (!(largest <= kRoundingTolerance)) {
    return fail(ErrorKind::internal, "our trees differ from libxgboost's prediction by " + std::to_string(largest));
  }
  return largest;
}

std::string describe(double difference) {
  std::string notes = std::to_string(kRounds) + " trees";
  for (const auto& [name, value] : settings()) {
    if (std::string_view(name) != "verbosity") notes += std::string(", ") + name + " " + value;
  }
  char rounding[64];
  std::snprintf(rounding, sizeof rounding, "; own trees within %.1e of libxgboost", difference);
  return notes + rounding;
}

}  // namespace

std::string xgboost_version() {
  int major = 0, minor = 0, patch = 0;
  XGBoostVersion(&major, &minor, &patch);
  return "xgboost " + std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

Result<Fit> fit_xgboost(const Matrix& x, const std::vector<double>& target, const FitOptions& options) {
  double mean = 0;
  for (const double value : target) mean += value / static_cast<double>(target.size());
  VALION_TRY_ASSIGN(const MatrixHandle data, copy_in(x, target));
  VALION_TRY_ASSIGN(const Booster booster, make_booster(data.get(), mean, options));
  VALION_TRY(boost(booster.get(), data.get(), options));
  VALION_TRY_ASSIGN(auto trees, take_out(booster.get()));
  VALION_TRY_ASSIGN(const double difference, largest_difference(booster.get(), data.get(), trees, x));
  return Fit{std::move(trees), describe(difference)};
}

}  // namespace valion::model
