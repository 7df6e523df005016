// The artefacts a report stands on, as the services that keep them answer, and the facts they give.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "contracts/data.hpp"
#include "contracts/ml.hpp"
#include "contracts/reports.hpp"
#include "domain/report/report_facts.hpp"

namespace valion::reporting {

struct ReportSources {
  contracts::Valuation valuation;
  contracts::ModelRecord model;
  contracts::EvaluationRows evaluation;
  std::vector<contracts::DatasetVersion> history;   // from the import to the version the model learnt from
  std::vector<contracts::CleaningReport> cleaning;  // of the version the model learnt from: the whole log
};

// SHA-256 over the request (its defaults filled in, formats in order) and the artefacts named by their hashes.
[[nodiscard]] Hash identity_of(const contracts::ReportRequest& request, const ReportSources& sources);

// bad_gateway when the artefacts do not belong together (hashes, sizes of columns, dates that are none).
[[nodiscard]] Result<report::ReportFacts> facts_of(const contracts::ReportRequest& request, const Hash& identity,
                                                   const ReportSources& sources);

}  // namespace valion::reporting
