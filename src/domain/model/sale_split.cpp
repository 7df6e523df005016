#include "domain/model/sale_split.hpp"

namespace valion::model {

SaleSplit split_sales(const dataset::Table& table, const ModelSpec& spec) {
  const auto& price = table.find(spec.target)->numbers();
  const auto& day = table.find(spec.split.date_column)->dates().days;
  const SplitDates& split = spec.split;
  SaleSplit parts;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (!(price[row] > 0) || day[row] == dataset::kMissingDate) continue;
    const Date date(day[row]);
    if (date >= split.test_from) parts.test.push_back(row);
    if (date > split.train_to) continue;
    if (date >= split.calibration_from) parts.calibration.push_back(row);
    if (split.train_minimum_target && price[row] < *split.train_minimum_target) continue;
    parts.training.push_back(row);
    if (date < split.calibration_from) parts.training_before.push_back(row);
  }
  return parts;
}

}  // namespace valion::model
