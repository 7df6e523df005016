// Between the domain's words and the contract's.
#pragma once

#include <string>
#include <vector>

#include "contracts/data.hpp"
#include "domain/dataset/cleaning.hpp"
#include "domain/dataset/profile.hpp"
#include "domain/dataset/table.hpp"
#include "ingest/csv/csv.hpp"

namespace valion::data {

[[nodiscard]] std::vector<contracts::ColumnView> columns_of(const dataset::Table& table);
[[nodiscard]] contracts::Profile profile_view(const dataset::Profile& profile, const Hash& version);

[[nodiscard]] csv::CsvOptions csv_options(const contracts::ImportOptions& options);
// What the reader decided against the plain reading, as the first lines of a version's cleaning log (rule `import`).
[[nodiscard]] std::vector<contracts::CleaningStep> import_steps(const csv::CsvTable& read);

[[nodiscard]] std::vector<dataset::CleaningRule> domain_rules(const std::vector<contracts::CleaningRule>& rules);
[[nodiscard]] std::vector<contracts::CleaningStep> step_views(const std::vector<dataset::CleaningStep>& steps);

}  // namespace valion::data
