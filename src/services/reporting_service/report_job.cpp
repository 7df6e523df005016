#include "services/reporting_service/report_job.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/date.hpp"
#include "domain/report/report_content.hpp"
#include "platform/service/fetch_json.hpp"
#include "services/reporting_service/render/pdf_report.hpp"
#include "services/reporting_service/xlsx/xlsx_report.hpp"

namespace valion::reporting {
namespace {

constexpr std::size_t kLongestHistory = 1'000;
constexpr double kSteps = 4;  // fetch, compute, draw (a step a file)

Result<std::vector<contracts::DatasetVersion>> fetch_history(ServiceContext& context, const CallOrigin& origin,
                                                             Hash version) {
  std::vector<contracts::DatasetVersion> history;
  while (history.size() < kLongestHistory) {
    VALION_TRY_ASSIGN(auto one, fetch_json_blocking<contracts::DatasetVersion>(context, origin, "data_processing",
                                                                               "/data/versions/" + version.text()));
    history.push_back(std::move(one));
    const auto& parent = history.back().parent;
    if (!parent || parent->empty()) {
      std::reverse(history.begin(), history.end());
      return history;
    }
    version = *parent;
  }
  return fail(ErrorKind::bad_gateway, "the history of the data set does not end");
}

// The log of a version holds its ancestors' steps as well: the version that the model learnt from tells everything.
Result<std::vector<contracts::CleaningReport>> fetch_cleaning(ServiceContext& context, const CallOrigin& origin,
                                                              const Hash& version) {
  VALION_TRY_ASSIGN(auto report,
                    fetch_json_blocking<contracts::CleaningReport>(context, origin, "data_processing",
                                                                   "/data/versions/" + version.text() + "/cleaning"));
  return std::vector<contracts::CleaningReport>(1, std::move(report));
}

Result<std::string> render(const std::string& format, const report::ReportContent& content, Language language) {
  return format == "pdf" ? render_pdf(content, language) : render_xlsx(content, language);
}

struct Making {
  ServiceContext& context;
  ReportStorage& storage;
  const CallOrigin& origin;
  const contracts::ReportRequest& request;
  jobs::JobContext& job;

  Result<void> step(double done, std::string stage) {
    if (job.cancelled()) return fail(ErrorKind::cancelled, "the report was cancelled");
    job.progress(done, kSteps, std::move(stage));
    return {};
  }

  Result<std::string> make() {
    VALION_TRY(step(0, "fetching the valuation, the model and the data's history"));
    VALION_TRY_ASSIGN(const auto sources, fetch_sources(context, origin, request.valuation));
    const Hash identity = identity_of(request, sources);
    if (auto kept = storage.catalogue.find_blocking(origin.principal.tenant, identity, origin.span)) return kept;
    VALION_TRY(step(1, "computing the ratio study"));
    VALION_TRY_ASSIGN(auto facts, facts_of(request, identity, sources));
    VALION_TRY_ASSIGN(const auto content, report::assemble(std::move(facts)));
    contracts::ReportRecord record{identity, request, {}, utc_timestamp(std::chrono::system_clock::now())};
    const Language language = parse_language(request.language).value_or(Language::english);
    for (const std::string& format : request.formats) {
      VALION_TRY(step(2 + static_cast<double>(record.artifacts.size()), "drawing the " + format));
      VALION_TRY_ASSIGN(const std::string bytes, render(format, content, language));
      VALION_TRY_ASSIGN(const Hash hash, storage.objects->put(bytes));
      record.artifacts.push_back(
          {format, hash, static_cast<std::int64_t>(bytes.size()), "/api/v1/reports/" + identity.text() + "/" + format});
    }
    VALION_TRY(job.confirm());
    auto kept = storage.catalogue.add_blocking(origin.principal.tenant, identity, record.created_at,
                                               json::encode(record), origin.span);
    if (kept) job.progress(kSteps, kSteps, "done");
    return kept;
  }
};

}  // namespace

Result<ReportSources> fetch_sources(ServiceContext& context, const CallOrigin& origin, const Hash& valuation) {
  ReportSources sources;
  VALION_TRY_ASSIGN(sources.valuation, fetch_json_blocking<contracts::Valuation>(context, origin, "ml_service",
                                                                                 "/ml/valuations/" + valuation.text()));
  const std::string model = "/ml/models/" + sources.valuation.model.text();
  VALION_TRY_ASSIGN(sources.model, fetch_json_blocking<contracts::ModelRecord>(context, origin, "ml_service", model));
  VALION_TRY_ASSIGN(sources.evaluation, fetch_json_blocking<contracts::EvaluationRows>(context, origin, "ml_service",
                                                                                       model + "/evaluation"));
  VALION_TRY_ASSIGN(sources.history, fetch_history(context, origin, sources.valuation.version));
  VALION_TRY_ASSIGN(sources.cleaning, fetch_cleaning(context, origin, sources.valuation.version));
  return sources;
}

Result<std::string> run_report(ServiceContext& context, ReportStorage& storage, const CallOrigin& origin,
                               const contracts::ReportRequest& request, jobs::JobContext& job) {
  return Making{context, storage, origin, request, job}.make();
}

}  // namespace valion::reporting
