#include "domain/model/evaluation.hpp"

#include <cmath>
#include <limits>

#include "domain/stats/accuracy.hpp"
#include "domain/stats/ratio_study.hpp"

namespace valion::model {
namespace {

double coverage_of(const std::vector<double>& eta, const std::vector<double>& prices,
                   const ConformalIntervals& intervals, std::size_t level) {
  std::vector<double> lower, upper;
  for (const double value : eta) {
    const auto& band = intervals.band_of(value);
    lower.push_back(std::exp(value + band.lower[level]));
    upper.push_back(std::exp(value + band.upper[level]));
  }
  return stats::coverage(lower, upper, prices);
}

}  // namespace

Evaluation evaluate(const std::vector<double>& estimates, const std::vector<double>& prices) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  Evaluation e;
  e.n = static_cast<std::int64_t>(prices.size());
  e.mdape = stats::mdape(estimates, prices);
  e.mape = stats::mape(estimates, prices);
  e.ppe10 = stats::ppe(estimates, prices, 0.10);
  e.ppe20 = stats::ppe(estimates, prices, 0.20);
  e.r2 = stats::r2(estimates, prices);
  e.median_ratio = e.cod = e.prd = e.prb = kNone;
  if (const auto study = stats::study_ratios(estimates, prices)) {  // not with fewer than three sales
    e.median_ratio = study->median;
    e.cod = study->cod;
    e.prd = study->prd;
    e.prb = study->prb;
  }
  return e;
}

Evaluation evaluate(const std::vector<double>& eta, const std::vector<double>& prices,
                    const ConformalIntervals& intervals) {
  Evaluation e = evaluate(exp_of(eta), prices);
  if (prices.empty()) return e;
  e.coverage80 = coverage_of(eta, prices, intervals, 0);
  e.coverage95 = coverage_of(eta, prices, intervals, 1);
  return e;
}

std::vector<double> exp_of(const std::vector<double>& eta) {
  std::vector<double> values;
  values.reserve(eta.size());
  for (const double value : eta) values.push_back(std::exp(value));
  return values;
}

}  // namespace valion::model
