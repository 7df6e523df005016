// The whole of training: from a table and a specification to a model that values, explains itself, and knows how good it is.
//
// 1. cross-validation on the training sales, everything fitted inside the fold: chooses the champion (least MdAPE)
// 2. a model of the training sales before calibration_from predicts the calibration period: its residuals make the intervals
// 3. a model of all training sales predicts the test period, untrimmed: the honest figures, for every candidate
// 4. Shapley values of a sample of test sales: importance, and the additivity check
// No price of the test period reaches any feature, model or interval.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/comparables.hpp"
#include "domain/model/conformal.hpp"
#include "domain/model/evaluation.hpp"
#include "domain/model/extrapolation.hpp"
#include "domain/model/linear_model.hpp"
#include "domain/model/model_spec.hpp"
#include "domain/model/subject.hpp"
#include "domain/model/value_model.hpp"

namespace valion::model {

struct CandidateEvaluation {
  std::string model;
  Evaluation cross_validation;
  Evaluation test;                        // with coverage by intervals of its own
  std::vector<Coefficient> coefficients;  // linear models; the market trend's last
  std::string notes;
};

struct ImportanceEntry {
  std::string feature;
  double mean_absolute_contribution = 0;
};

// The champion on the test period, one entry per sale, by date then row.
struct TestRows {
  std::vector<Date> dates;
  std::vector<double> price, estimate, lower80, upper80;
  std::vector<std::optional<double>> benchmark;  // empty without a benchmark column
};

// Everything a model is; equal table, spec, seed, thread count and library versions give an equal one.
struct TrainedModel {
  ModelSpec spec;
  Schema schema;
  std::string champion;
  std::vector<CandidateEvaluation> candidates;  // in the order of spec.models
  ValueModel model;                             // the champion, of all training sales
  ConformalIntervals intervals;
  TrainingPeriod period;
  ComparablePool pool;
  std::shared_ptr<const geo::NeighbourIndex> pool_index;
  Evaluation test, test_trimmed;
  std::optional<Evaluation> benchmark, benchmark_rescaled;
  TestRows test_rows;
  std::vector<ImportanceEntry> importance;  // largest first
  double additivity_error = 0;              // the largest seen, relative
  std::int64_t n_train = 0, n_test = 0;
};

struct TrainingOptions {
  std::size_t threads = 2;
  std::function<void(double, const std::string&)> progress;  // share done, 0 to 1, and the stage; may be empty
  std::function<bool()> cancelled;                           // may be empty; asked often
};

struct TrainingOutcome {
  TrainedModel model;
  std::vector<double> seconds;  // per candidate; kept apart, because time is not part of what a model is
};

// Errors: those of check(); invalid (a candidate cannot be fitted on these data); cancelled; internal.
[[nodiscard]] Result<TrainingOutcome> train(const dataset::Table& table, const ModelSpec& spec,
                                            const TrainingOptions& options);

}  // namespace valion::model
