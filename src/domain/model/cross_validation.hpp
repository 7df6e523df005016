// Fitting the candidates on one set of sales and predicting another: the step that cross-validation, calibration and the
// final fit have in common.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/evaluation.hpp"
#include "domain/model/model_spec.hpp"
#include "domain/model/regressor.hpp"
#include "domain/model/training.hpp"

namespace valion::model {

// Turns one long work into pieces of a progress bar.
class ProgressScale {
 public:
  ProgressScale(const TrainingOptions& options, double total) : options_(options), total_(total) {}
  void stage(std::string text) {
    stage_ = std::move(text);
    report(0);
  }
  void report(double share_of_piece) const {
    if (options_.progress) options_.progress((done_ + share_of_piece) / total_, stage_);
  }
  void finish_piece() { done_ += 1; }
  [[nodiscard]] bool cancelled() const { return options_.cancelled && options_.cancelled(); }

 private:
  const TrainingOptions& options_;
  double total_, done_ = 0;
  std::string stage_;
};

// The candidates, fitted on the same sales with the same features.
struct FittedCandidates {
  FittedFeatures features;
  std::shared_ptr<const geo::NeighbourIndex> index;
  std::vector<Fit> fits;        // in the order of spec.models
  std::vector<double> seconds;  // of each, fitting only

  [[nodiscard]] ValueModel value_model(const ModelSpec& spec, std::size_t candidate, double median_shift) const;
};

[[nodiscard]] Result<FittedCandidates> fit_candidates(const dataset::Table& table,
                                                      const std::vector<std::size_t>& training_rows,
                                                      const ModelSpec& spec, std::size_t threads,
                                                      ProgressScale& progress);

// eta[candidate][i]: log prices of rows that were not fitted on, each candidate's median shift added.
[[nodiscard]] std::vector<std::vector<double>> predict_candidates(const FittedCandidates& fitted, const ModelSpec& spec,
                                                                  const dataset::Table& table,
                                                                  const std::vector<std::size_t>& rows,
                                                                  const std::vector<double>& median_shifts,
                                                                  std::size_t threads);

struct CrossValidation {
  std::vector<Evaluation>
      evaluations;  // per candidate, over all training sales; each fold shifted by the others' residuals
  std::vector<double> median_shifts;  // per candidate: see ValueModel
  std::vector<double> seconds;
};

[[nodiscard]] Result<CrossValidation> cross_validate(const dataset::Table& table,
                                                     const std::vector<std::size_t>& training_rows,
                                                     const ModelSpec& spec, std::size_t threads,
                                                     ProgressScale& progress);

}  // namespace valion::model
