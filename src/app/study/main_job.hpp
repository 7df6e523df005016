// The main job, step by step through the gateway: file > clean table > location > model > value > report.
// Each function is one command's worth; `valion demo` is all of them in a row.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "app/api/api_client.hpp"
#include "app/study/study_file.hpp"
#include "app/terminal/steps.hpp"

namespace valion::app {

struct StudyOutcome {
  contracts::DatasetVersion imported;
  contracts::CleaningReport cleaned;
  contracts::EnrichmentResult located;
  contracts::NeighbourLevelPreview neighbours;
  contracts::ModelRecord model;
};

struct ReportFiles {
  contracts::ReportRecord record;
  std::vector<std::filesystem::path> files;  // one per artefact, in its order
};

Result<contracts::DatasetVersion> import_file(ApiClient& api, const std::filesystem::path& file,
                                              const contracts::ImportOptions& options, Steps& steps);
// Import, cleaning, location measures, neighbour preview, training.
Result<StudyOutcome> run_study(ApiClient& api, const StudyFile& file, Steps& steps);
Result<contracts::Valuation> value_subject(ApiClient& api, const contracts::Study& study, const Hash& model,
                                           Steps& steps);
// Renders and downloads into `folder` (created) as {valuation, twelve digits}.pdf and .xlsx.
Result<ReportFiles> make_report(ApiClient& api, const contracts::ReportRequest& request,
                                const std::filesystem::path& folder, Steps& steps);

}  // namespace valion::app
