// What a reader must be told when a subject lies outside what the model has seen.
#pragma once

#include <string>
#include <vector>

#include "base/date.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/fitted_features.hpp"

namespace valion::model {

// The period of the training sales.
struct TrainingPeriod {
  Date first, last;
};

// One sentence each: characteristics that are unknown; numbers outside the training sales' range; text never seen among
// them; a place that is unknown, or more than 5 km from every training sale; a reference date before the first training
// sale, or more than a year after the last. `subject` has one row. Empty when there is nothing to say.
[[nodiscard]] std::vector<std::string> extrapolation_warnings(const FittedFeatures& features,
                                                              const geo::NeighbourIndex* index,
                                                              const TrainingPeriod& period,
                                                              const dataset::Table& subject);

}  // namespace valion::model
