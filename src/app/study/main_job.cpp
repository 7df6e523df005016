#include "app/study/main_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "contracts/study_requests.hpp"

namespace valion::app {
namespace {

// One step: its line on the terminal, its time, and its outcome in words.
template <class T, class Work, class Describe>
Result<T> step(Steps& steps, const std::string& name, const std::string& title, Work work, Describe describe) {
  steps.begin(name, title);
  Result<T> result = work();
  if (result) {
    steps.end(describe(*result));
  } else {
    steps.failed(result.error().message);
  }
  return result;
}

ApiClient::OnProgress show(Steps& steps) {
  return [&steps](double fraction, const std::string& stage) { steps.progress(fraction, stage); };
}

std::string cleaning_outcome(const contracts::CleaningReport& report) {
  std::int64_t touched = 0;
  for (const auto& done : report.steps) touched += done.rows_touched;
  return fmt::format("{} rules touched {} rows; {} rows left", report.steps.size(), touched, report.version.rows);
}

std::string neighbour_outcome(const contracts::NeighbourLevelPreview& preview) {
  std::string text = fmt::format("{} training sales", preview.training_sales);
  for (const auto& level : preview.levels) {
    text += fmt::format("; k={} r={:.3f}", level.neighbours, level.correlation_with_log_target);
  }
  return text;
}

}  // namespace

Result<contracts::DatasetVersion> import_file(ApiClient& api, const std::filesystem::path& file,
                                              const contracts::ImportOptions& options, Steps& steps) {
  return step<contracts::DatasetVersion>(
      steps, "import", "Import " + file.filename().string(),
      [&]() -> Result<contracts::DatasetVersion> {
        http::FormWriter form;
        form.field("options", json::encode(options));
        form.file("file", file, "text/csv");
        VALION_TRY_ASSIGN(const std::string answer, api.upload("/api/v1/data/datasets", form));
        return json::decode<contracts::DatasetVersion>(answer, json::Unknown::ignored);
      },
      [](const contracts::DatasetVersion& version) {
        return fmt::format("{} rows, {} columns, version {:.12}", version.rows, version.columns.size(),
                           version.version.text());
      });
}

Result<StudyOutcome> run_study(ApiClient& api, const StudyFile& file, Steps& steps) {
  const contracts::Study& study = file.study;
  StudyOutcome outcome;
  VALION_TRY_ASSIGN(outcome.imported, import_file(api, file.data_file, import_options(study), steps));
  VALION_TRY_ASSIGN(outcome.cleaned, step<contracts::CleaningReport>(
                                         steps, "clean", "Clean, with a log of every rule",
                                         [&] {
                                           return api.post_as<contracts::CleaningReport>(
                                               "/api/v1/data/versions/" + outcome.imported.version.text() + "/clean",
                                               contracts::CleaningRequest{study.data.cleaning});
                                         },
                                         cleaning_outcome));
  const Hash& cleaned = outcome.cleaned.version.version;
  VALION_TRY_ASSIGN(outcome.located,
                    step<contracts::EnrichmentResult>(
                        steps, "locate", "Locate every property",
                        [&] {
                          return api.run_job<contracts::EnrichmentResult>(
                              "/api/v1/geospatial/enrichments", enrichment_request(study, cleaned), show(steps));
                        },
                        [&](const contracts::EnrichmentResult& result) {
                          return fmt::format("{} located, {} not; median {:.1f} km to {}", result.located,
                                             result.not_located, result.median_distance_to_centre / 1000,
                                             study.location.centre.name);
                        }));
  const Hash& located = outcome.located.version.version;
  VALION_TRY_ASSIGN(outcome.neighbours, step<contracts::NeighbourLevelPreview>(
                                            steps, "neighbours", "Neighbour price levels",
                                            [&] {
                                              return api.post_as<contracts::NeighbourLevelPreview>(
                                                  "/api/v1/geospatial/neighbour-levels",
                                                  neighbour_request(study, located));
                                            },
                                            neighbour_outcome));
  VALION_TRY_ASSIGN(outcome.model, step<contracts::ModelRecord>(
                                       steps, "train", "Train, cross-validate, explain",
                                       [&] {
                                         return api.run_job<contracts::ModelRecord>(
                                             "/api/v1/ml/models", training_request(study, located), show(steps));
                                       },
                                       [](const contracts::ModelRecord& model) {
                                         return fmt::format("{} of {} models, {} training sales, model {:.12}",
                                                            model.champion, model.candidates.size(), model.n_train,
                                                            model.model.text());
                                       }));
  return outcome;
}

Result<contracts::Valuation> value_subject(ApiClient& api, const contracts::Study& study, const Hash& model,
                                           Steps& steps) {
  return step<contracts::Valuation>(
      steps, "value", "Value the property",
      [&]() -> Result<contracts::Valuation> {
        VALION_TRY_ASSIGN(const auto where, locate_request(study));
        VALION_TRY_ASSIGN(const auto location, api.post_as<contracts::Location>("/api/v1/geospatial/locate", where));
        return api.post_as<contracts::Valuation>("/api/v1/ml/models/" + model.text() + "/valuations",
                                                 valuation_request(study, location));
      },
      [](const contracts::Valuation& valuation) {
        return fmt::format("{} {:.0f} (80 %: {:.0f} to {:.0f}), {} comparables", valuation.currency, valuation.value,
                           valuation.interval80.lower, valuation.interval80.upper, valuation.comparables.size());
      });
}

Result<ReportFiles> make_report(ApiClient& api, const contracts::ReportRequest& request,
                                const std::filesystem::path& folder, Steps& steps) {
  return step<ReportFiles>(
      steps, "report", "Write the report",
      [&]() -> Result<ReportFiles> {
        ReportFiles report;
        VALION_TRY_ASSIGN(report.record, api.run_job<contracts::ReportRecord>("/api/v1/reports", request, show(steps)));
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (error) return fail(ErrorKind::internal, "cannot create " + folder.string() + ": " + error.message());
        for (const contracts::Artifact& artifact : report.record.artifacts) {
          report.files.push_back(folder / (request.valuation.text().substr(0, 12) + "." + artifact.format));
          VALION_TRY(api.download(artifact.path, report.files.back()));
        }
        return report;
      },
      [](const ReportFiles& report) {
        std::string text;
        for (const auto& artifact : report.record.artifacts) {
          text += fmt::format("{}{} {} kB", text.empty() ? "" : ", ", artifact.format, (artifact.bytes + 999) / 1000);
        }
        return text;
      });
}

}  // namespace valion::app
