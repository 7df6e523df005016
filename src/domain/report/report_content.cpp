#include "domain/report/report_content.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "domain/stats/descriptive.hpp"

namespace valion::report {
namespace {

constexpr double kTolerance = 1e-6;
constexpr std::size_t kBands = 5;
constexpr std::size_t kTelling = 6;
constexpr double kHistogramFrom = 0.30, kHistogramWidth = 0.05;
constexpr std::size_t kHistogramBins = 32;

bool positive(double value) { return std::isfinite(value) && value > 0; }

bool agree(double a, double b) { return std::fabs(a - b) <= kTolerance * std::max({1.0, std::fabs(a), std::fabs(b)}); }

Result<void> check_value(const ReportFacts& facts) {
  const Statement& statement = facts.statement;
  for (const double money : {statement.value, statement.span80.lower, statement.span80.upper, statement.span95.lower,
                             statement.span95.upper}) {
    if (!positive(money)) return fail(ErrorKind::invalid, "the value or one of its intervals is not a positive number");
  }
  double sum = facts.explanation.base_value;
  for (const FeatureEffect& effect : facts.explanation.effects) sum += effect.contribution;
  if (!agree(sum, facts.explanation.eta)) {
    return fail(ErrorKind::invalid, "the contributions add up to " + std::to_string(sum) +
                                        ", not to the model's answer " + std::to_string(facts.explanation.eta));
  }
  if (std::fabs(std::log(statement.value) - facts.explanation.eta) >
      kTolerance * std::max(1.0, std::fabs(facts.explanation.eta))) {
    return fail(ErrorKind::invalid, "the value is not what the explanation explains");
  }
  return {};
}

Result<void> check_sales(const ReportFacts& facts) {
  std::vector<double> errors;
  for (const TestSale& sale : facts.test_sales) {
    if (!positive(sale.price) || !positive(sale.estimate)) {
      return fail(ErrorKind::invalid, "a test sale has a price or an estimate that is not a positive number");
    }
    errors.push_back(std::fabs(sale.ratio() - 1));
  }
  if (errors.size() != static_cast<std::size_t>(facts.model.test.n)) {
    return fail(ErrorKind::invalid, "the model was tested on " + std::to_string(facts.model.test.n) + " sales, but " +
                                        std::to_string(errors.size()) + " are listed");
  }
  if (!errors.empty() && !agree(stats::median(std::move(errors)), facts.model.test.mdape)) {
    return fail(ErrorKind::invalid, "the listed test sales do not give the model's median absolute error");
  }
  for (const ComparableLine& line : facts.comparables) {
    if (!positive(line.price) || !positive(line.price_at_date) || !positive(line.adjusted_price)) {
      return fail(ErrorKind::invalid,
                  "comparable sale " + std::to_string(line.row) + " has a price that is not a positive number");
    }
  }
  return {};
}

std::vector<WaterfallStep> waterfall_of(const Explanation& explanation) {
  std::vector<WaterfallStep> steps;
  double eta = explanation.base_value;
  for (std::size_t i = 0; i < explanation.effects.size(); ++i) {
    const double next = eta + explanation.effects[i].contribution;
    if (steps.size() < kMostWaterfallSteps) {
      steps.push_back({{i}, std::exp(eta), std::exp(next), std::exp(next - eta)});
    } else {
      WaterfallStep& last = steps.back();
      last.effects.push_back(i);
      last.after = std::exp(next);
      last.factor *= std::exp(next - eta);
    }
    eta = next;
  }
  return steps;
}

std::optional<ComparablesSummary> summary_of(const ReportFacts& facts) {
  if (facts.comparables.empty()) return std::nullopt;
  std::vector<double> adjusted;
  ComparablesSummary summary;
  for (const ComparableLine& line : facts.comparables) {
    adjusted.push_back(line.adjusted_price);
    const Span& span = facts.statement.span80;
    summary.inside80 += span.lower <= line.adjusted_price && line.adjusted_price <= span.upper ? 1 : 0;
  }
  summary.least = *std::min_element(adjusted.begin(), adjusted.end());
  summary.most = *std::max_element(adjusted.begin(), adjusted.end());
  summary.median = stats::median(std::move(adjusted));
  return summary;
}

// What moved the value most, among what the comparables state too.
std::vector<std::string> telling_of(const ReportFacts& facts) {
  std::vector<std::string> names;
  for (const FeatureEffect& effect : facts.explanation.effects) {
    const bool stated = std::any_of(facts.comparables.begin(), facts.comparables.end(),
                                    [&](const ComparableLine& line) { return line.attributes.contains(effect.name); });
    if (stated && names.size() < kTelling && std::find(names.begin(), names.end(), effect.name) == names.end()) {
      names.push_back(effect.name);
    }
  }
  return names;
}

void add_ratios(ReportContent& content) {
  const auto& sales = content.facts.test_sales;
  std::vector<double> ratios, benchmark;
  for (const TestSale& sale : sales) {
    ratios.push_back(sale.ratio());
    if (sale.benchmark) benchmark.push_back(*sale.benchmark / sale.price);
  }
  if (auto measures = study(sales)) content.ratios = *measures;
  content.by_value = by_value_band(sales, kBands);
  content.by_quarter = by_quarter(sales);
  content.ratio_histogram = bin(ratios, kHistogramFrom, kHistogramWidth, kHistogramBins);
  if (!benchmark.empty()) content.benchmark_histogram = bin(benchmark, kHistogramFrom, kHistogramWidth, kHistogramBins);
}

}  // namespace

Result<ReportContent> assemble(ReportFacts facts) {
  VALION_TRY(check_value(facts));
  VALION_TRY(check_sales(facts));
  ReportContent content;
  content.facts = std::move(facts);
  content.base_in_currency = std::exp(content.facts.explanation.base_value);
  content.waterfall = waterfall_of(content.facts.explanation);
  content.comparables = summary_of(content.facts);
  content.telling = telling_of(content.facts);
  add_ratios(content);
  return content;
}

}  // namespace valion::report
