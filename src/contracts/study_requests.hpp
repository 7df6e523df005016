// The requests that the parts of a study become.
#pragma once

#include "base/result.hpp"
#include "contracts/study.hpp"

namespace valion::contracts {

[[nodiscard]] ImportOptions import_options(const Study& study);
[[nodiscard]] EnrichmentRequest enrichment_request(const Study& study, const Hash& version);
[[nodiscard]] NeighbourLevelRequest neighbour_request(const Study& study, const Hash& version);
[[nodiscard]] TrainingRequest training_request(const Study& study, const Hash& version);
// The subject's own x and y, for /geospatial/locate; invalid when they are not numbers.
[[nodiscard]] Result<LocateRequest> locate_request(const Study& study);
// The subject with its location measures, under the names that the data set has.
[[nodiscard]] ValuationRequest valuation_request(const Study& study, const Location& location);
[[nodiscard]] ReportRequest report_request(const Study& study, const Hash& valuation);

}  // namespace valion::contracts
