// The value of one property at one date, with everything that speaks for it.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "base/result.hpp"
#include "domain/model/comparables.hpp"
#include "domain/model/training.hpp"

namespace valion::model {

struct ValueInterval {
  double level = 0.8;
  double lower = 0, upper = 0;  // currency
};

struct FeatureContribution {
  std::string feature;
  Cell value;               // the subject's; of the price level: currency at the reference date
  double contribution = 0;  // log scale
};

struct PropertyValue {
  double value = 0;  // exp(eta): the median of the price, for residuals as likely above as below
  double eta = 0;
  double base_value = 0;
  double additivity_error = 0;
  std::array<ValueInterval, 2> intervals{};        // by kIntervalLevels
  std::vector<FeatureContribution> contributions;  // largest first; base_value + Σ = eta
  std::vector<ComparableSale> comparables;
  std::vector<std::string> warnings;
};

// Errors: invalid (the subject does not fit the data, see subject.hpp), internal (the explanation does not add up).
// Thread-safe. Cost: trees some 10 ms, nearly all of it the explanation.
[[nodiscard]] Result<PropertyValue> value_property(const TrainedModel& model, const Attributes& subject,
                                                   Date reference_date, std::size_t comparables);

}  // namespace valion::model
