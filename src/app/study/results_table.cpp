#include "app/study/results_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/terminal/table.hpp"

namespace valion::app {
namespace {

std::string percent(double fraction) { return fmt::format("{:.1f} %", 100 * fraction); }

std::vector<std::string> metrics_row(const std::string& name, const contracts::Metrics& metrics) {
  return {name,
          percent(metrics.mdape),
          percent(metrics.ppe10),
          percent(metrics.ppe20),
          fmt::format("{:.3f}", metrics.median_ratio),
          fmt::format("{:.1f}", metrics.cod),
          fmt::format("{:.3f}", metrics.prd),
          fmt::format("{:+.3f}", metrics.prb),
          fmt::format("{:.3f}", metrics.r2),
          metrics.coverage80 ? percent(*metrics.coverage80) : "–"};
}

}  // namespace

std::string accuracy_table(const contracts::ModelRecord& model) {
  TextTable table{{"test period, untrimmed", "MdAPE", "PPE10", "PPE20", "median", "COD", "PRD", "PRB", "R²", "in 80 %"},
                  {}};
  for (const contracts::CandidateResult& candidate : model.candidates) {
    const bool champion = candidate.model == model.champion;
    table.rows.push_back(metrics_row(candidate.model + (champion ? " *" : ""), champion ? model.test : candidate.test));
  }
  const std::string benchmark = model.request.benchmark.value_or("benchmark");
  if (model.benchmark) table.rows.push_back(metrics_row(benchmark + ", raw", *model.benchmark));
  if (model.benchmark_rescaled) table.rows.push_back(metrics_row(benchmark + ", rescaled", *model.benchmark_rescaled));
  return to_text(table) +
         fmt::format(
             "  * champion by cross-validation; {} training sales, {} test sales; market trend {:+.1f} % a year; "
             "SHAP additivity error {:.1e}\n",
             model.n_train, model.n_test, 100 * model.trend_per_year, model.shap_additivity_error);
}

std::string value_text(const contracts::Valuation& valuation) {
  std::string text =
      fmt::format("  {}\n  {} {:.0f} on {}   80 %: {:.0f} to {:.0f}   95 %: {:.0f} to {:.0f}\n", valuation.label,
                  valuation.currency, valuation.value, valuation.date.text(), valuation.interval80.lower,
                  valuation.interval80.upper, valuation.interval95.lower, valuation.interval95.upper);
  constexpr std::size_t kShown = 5;
  for (std::size_t index = 0; index < std::min(kShown, valuation.contributions.size()); ++index) {
    const contracts::Contribution& part = valuation.contributions[index];
    text += fmt::format("    {:<24} × {:.3f}\n", part.feature, part.factor);
  }
  for (const std::string& warning : valuation.warnings) text += "  ! " + warning + "\n";
  return text;
}

}  // namespace valion::app
