// Reading a ratio study: is each measure inside the range that the IAAO Standard on Ratio Studies (2013) gives, and does
// the answer hold for cheap and dear properties, and through the test period?
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/date.hpp"
#include "base/result.hpp"
#include "domain/stats/ratio_study.hpp"

namespace valion::report {

struct Range {
  double lower = 0, upper = 0;
};

// Table 1-3 and section 9 of the standard, single-family homes.
inline constexpr Range kMedianRatioRange{0.90, 1.10};
inline constexpr Range kCodRange{5.0, 15.0};
inline constexpr Range kPrdRange{0.98, 1.03};
inline constexpr Range kPrbRange{-0.05, 0.05};

enum class Standing { below, inside, above };
// Ends belong to the range. Judged at three decimals, as the standard prints its ranges.
[[nodiscard]] Standing stand_of(double value, const Range& range);

struct TestSale {
  Date date;
  double price = 0, estimate = 0;
  double lower80 = 0, upper80 = 0;
  std::optional<double> benchmark;
  [[nodiscard]] double ratio() const { return estimate / price; }
};

// One line of a ratio table. The measures are none for fewer than kFewestForMeasures sales; prb also where it is undefined.
struct RatioGroup {
  double from = 0, to = 0;    // of the value proxy, for value bands
  int year = 0, quarter = 0;  // for quarters
  std::size_t n = 0;
  double median_price = 0, median_ratio = 0;
  std::optional<double> cod, prd, prb;
  std::optional<double> coverage80;  // share of prices inside the 80 % intervals
};
inline constexpr std::size_t kFewestForMeasures = 10;

// Bands with equal numbers of sales, by the value proxy (price + estimate / median ratio) / 2 of the standard: bands by price
// alone would show dear homes as under-estimated even where no bias exists. Fewer bands for fewer than 20 sales a band.
[[nodiscard]] std::vector<RatioGroup> by_value_band(const std::vector<TestSale>& sales, std::size_t bands);
// Calendar quarters in order; those without sales are left out.
[[nodiscard]] std::vector<RatioGroup> by_quarter(const std::vector<TestSale>& sales);

// Errors: those of stats::study_ratios.
[[nodiscard]] Result<stats::RatioStudy> study(const std::vector<TestSale>& sales);

}  // namespace valion::report
