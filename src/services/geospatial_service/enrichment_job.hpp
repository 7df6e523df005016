// Enrichment as a job: fetch the data set, add its location columns, store it as a new version.
#pragma once

#include <string>

#include "base/result.hpp"
#include "contracts/geospatial.hpp"
#include "platform/service/base_service.hpp"

namespace valion::geospatial {

// Blocks: for a job thread. Returns the JSON of an EnrichmentResult. Errors: those of locate_rows() and of data_processing;
// cancelled between its steps.
Result<std::string> run_enrichment(ServiceContext& context, const CallOrigin& origin,
                                   const contracts::EnrichmentRequest& request, jobs::JobContext& job);

}  // namespace valion::geospatial
