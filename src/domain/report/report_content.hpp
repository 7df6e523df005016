// Everything that a valuation report shows: the facts, and what is computed from them once for all its forms (PDF, XLSX).
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "domain/report/histogram.hpp"
#include "domain/report/report_facts.hpp"

namespace valion::report {

// One bar of the way from the base value to the value. `before` and `after` are in currency; their difference depends on the
// order (largest first), the factor does not.
struct WaterfallStep {
  std::vector<std::size_t>
      effects;  // positions in explanation.effects; several in the last step when small ones are folded
  double before = 0, after = 0;
  double factor = 1;
};
inline constexpr std::size_t kMostWaterfallSteps = 14;

struct ComparablesSummary {
  double least = 0, median = 0, most = 0;  // adjusted prices
  std::size_t inside80 = 0;                // of them inside the 80 % interval of the value
};

struct ReportContent {
  ReportFacts facts;
  double base_in_currency = 0;
  std::vector<WaterfallStep> waterfall;
  std::optional<ComparablesSummary> comparables;  // none without comparables
  std::vector<std::string> telling;         // characteristics shown for comparables, most important first, at most 6
  std::optional<stats::RatioStudy> ratios;  // of the model on the test sales; none for fewer than 3
  std::vector<RatioGroup> by_value, by_quarter;
  Histogram ratio_histogram;                     // bins of 0.05 from 0.30 to 1.90
  std::optional<Histogram> benchmark_histogram;  // of the raw benchmark
};

// Sorts nothing and drops nothing. invalid: a value or price that is not a positive finite number, an explanation that does not
// add up to the value (relative difference of more than 1e-6), or an accuracy that does not follow from the test sales: a report
// never shows figures that contradict each other.
[[nodiscard]] Result<ReportContent> assemble(ReportFacts facts);

}  // namespace valion::report
