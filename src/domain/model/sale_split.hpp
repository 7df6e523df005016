// Which row of the table plays which part.
#pragma once

#include <cstddef>
#include <vector>

#include "domain/dataset/table.hpp"
#include "domain/model/model_spec.hpp"

namespace valion::model {

// Row indices into the table, ascending. A sale needs a positive target and a date; others play no part.
struct SaleSplit {
  std::vector<std::size_t> training;         // to train_to, of at least the minimum
  std::vector<std::size_t> training_before;  // those of them before calibration_from
  std::vector<std::size_t> calibration;      // from calibration_from to train_to, untrimmed
  std::vector<std::size_t> test;             // from test_from on, untrimmed
};

// Requires columns that check() accepts.
[[nodiscard]] SaleSplit split_sales(const dataset::Table& table, const ModelSpec& spec);

}  // namespace valion::model
