#include "domain/model/value_model.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <thread>

namespace valion::model {
namespace {

Explanation explain_row(const ValueModel& model, const std::vector<Term>& terms, double base, const Matrix& design,
                        double trend, std::size_t row) {
  Explanation explanation;
  explanation.eta = predict(model.predictor, design.row(row)) + model.median_shift + trend;
  explanation.base_value = base;
  explanation.contributions.resize(model.features.date_feature() + 1);
  const auto shares = shap(model.predictor, design.row(row));
  for (std::size_t j = 0; j < shares.size(); ++j) explanation.contributions[terms[j].feature] += shares[j];
  explanation.contributions[model.features.date_feature()] += trend;
  return explanation;
}

}  // namespace

std::vector<double> predict_eta(const ValueModel& model, const dataset::Table& table,
                                const std::vector<std::size_t>& rows, const std::vector<std::int64_t>& own,
                                std::size_t threads) {
  const auto designs = make_designs(model.features, model.index.get(), table, rows, own, threads);
  const Matrix& design = designs.of(model.kind);
  std::vector<double> eta(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    eta[i] = predict(model.predictor, design.row(i)) + model.median_shift + designs.trend[i];
  return eta;
}

Result<void> check_additivity(Explanation& explanation) {
  const double sum =
      std::accumulate(explanation.contributions.begin(), explanation.contributions.end(), explanation.base_value);
  explanation.additivity_error = std::abs(sum - explanation.eta) / std::max(1.0, std::abs(explanation.eta));
  if (explanation.additivity_error <= kAdditivityTolerance) return {};  // false for NaN as well
  char text[160];
  std::snprintf(text, sizeof text,
                "the contributions add up to %.9g, the prediction is %.9g: the explanation is wrong and is withheld",
                sum, explanation.eta);
  return fail(ErrorKind::internal, text);
}

Result<std::vector<Explanation>> explain(const ValueModel& model, const dataset::Table& table,
                                         const std::vector<std::size_t>& rows, std::size_t threads) {
  const auto designs = make_designs(model.features, model.index.get(), table, rows, {}, threads);
  const Matrix& design = designs.of(model.kind);
  const auto terms = model.features.terms(model.kind);
  const double base = expected_value(model.predictor) + model.median_shift;
  std::vector<Explanation> explanations(rows.size());
  const auto work = [&](std::size_t first, std::size_t step) {
    for (std::size_t i = first; i < rows.size(); i += step) {
      explanations[i] = explain_row(model, terms, base, design, designs.trend[i], i);
    }
  };
  {
    const std::size_t workers = std::clamp<std::size_t>(rows.size() / 8, 1, std::max<std::size_t>(threads, 1));
    std::vector<std::jthread> running;
    for (std::size_t worker = 1; worker < workers; ++worker) running.emplace_back(work, worker, workers);
    work(0, workers);
  }
  for (auto& explanation : explanations) VALION_TRY(check_additivity(explanation));
  return explanations;
}

}  // namespace valion::model
