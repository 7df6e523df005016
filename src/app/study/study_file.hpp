// A study file, read and checked, with the requests that its parts become.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "contracts/study.hpp"

namespace valion::app {

struct StudyFile {
  contracts::Study study;
  std::filesystem::path data_file;  // study.data.file, seen from the study file's folder
};

// malformed or invalid with every violation; not_found when the study or its data file is not there.
[[nodiscard]] Result<StudyFile> read_study(const std::filesystem::path& file);

[[nodiscard]] contracts::ImportOptions import_options(const contracts::Study& study);
[[nodiscard]] contracts::EnrichmentRequest enrichment_request(const contracts::Study& study, const Hash& version);
[[nodiscard]] contracts::NeighbourLevelRequest neighbour_request(const contracts::Study& study, const Hash& version);
[[nodiscard]] contracts::TrainingRequest training_request(const contracts::Study& study, const Hash& version);
// The subject's own x and y, for /geospatial/locate; invalid when they are not numbers.
[[nodiscard]] Result<contracts::LocateRequest> locate_request(const contracts::Study& study);
// The subject with its location measures, under the names that the data set has.
[[nodiscard]] contracts::ValuationRequest valuation_request(const contracts::Study& study,
                                                            const contracts::Location& location);
[[nodiscard]] contracts::ReportRequest report_request(const contracts::Study& study, const Hash& valuation);

}  // namespace valion::app
