#include "domain/report/ratio_reading.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "domain/stats/descriptive.hpp"

namespace valion::report {
namespace {

constexpr std::size_t kFewestPerBand = 20;

RatioGroup group_of(const std::vector<TestSale>& sales) {
  RatioGroup group;
  group.n = sales.size();
  std::vector<double> prices, ratios;
  std::size_t covered = 0;
  for (const TestSale& sale : sales) {
    prices.push_back(sale.price);
    ratios.push_back(sale.ratio());
    covered += sale.lower80 <= sale.price && sale.price <= sale.upper80 ? 1 : 0;
  }
  group.median_price = stats::median(std::move(prices));
  group.median_ratio = stats::median(std::move(ratios));
  if (sales.size() < kFewestForMeasures) return group;
  group.coverage80 = static_cast<double>(covered) / static_cast<double>(sales.size());
  if (const auto measures = study(sales)) {
    group.cod = measures->cod;
    group.prd = measures->prd;
    if (std::isfinite(measures->prb)) group.prb = measures->prb;
  }
  return group;
}

}  // namespace

Standing stand_of(double value, const Range& range) {
  const double shown = std::round(value * 1000) / 1000;
  if (shown < range.lower) return Standing::below;
  return shown > range.upper ? Standing::above : Standing::inside;
}

Result<stats::RatioStudy> study(const std::vector<TestSale>& sales) {
  std::vector<double> estimates, prices;
  for (const TestSale& sale : sales) {
    estimates.push_back(sale.estimate);
    prices.push_back(sale.price);
  }
  return stats::study_ratios(estimates, prices);
}

std::vector<RatioGroup> by_value_band(const std::vector<TestSale>& sales, std::size_t bands) {
  if (sales.empty()) return {};
  std::vector<double> ratios;
  for (const TestSale& sale : sales) ratios.push_back(sale.ratio());
  const double level = stats::median(std::move(ratios));
  const auto proxy = [&](const TestSale& sale) { return (sale.price + sale.estimate / level) / 2; };
  std::vector<TestSale> ordered = sales;
  std::stable_sort(ordered.begin(), ordered.end(),
                   [&](const TestSale& a, const TestSale& b) { return proxy(a) < proxy(b); });
  bands = std::clamp<std::size_t>(sales.size() / kFewestPerBand, 1, bands);
  std::vector<RatioGroup> groups;
  for (std::size_t band = 0; band < bands; ++band) {
    const std::size_t begin = sales.size() * band / bands;
    const std::size_t end = sales.size() * (band + 1) / bands;
    RatioGroup group = group_of(
        {ordered.begin() + static_cast<std::ptrdiff_t>(begin), ordered.begin() + static_cast<std::ptrdiff_t>(end)});
    group.from = proxy(ordered[begin]);
    group.to = proxy(ordered[end - 1]);
    groups.push_back(group);
  }
  return groups;
}

std::vector<RatioGroup> by_quarter(const std::vector<TestSale>& sales) {
  std::map<std::pair<int, int>, std::vector<TestSale>> quarters;
  for (const TestSale& sale : sales) quarters[{sale.date.year(), (sale.date.month() + 2) / 3}].push_back(sale);
  std::vector<RatioGroup> groups;
  for (const auto& [quarter, members] : quarters) {
    RatioGroup group = group_of(members);
    group.year = quarter.first;
    group.quarter = quarter.second;
    groups.push_back(group);
  }
  return groups;
}

}  // namespace valion::report
