// `valion demo`: study run, value and report in a row, on real sales.
#include <fmt/format.h>
#include <boost/describe.hpp>

#include <algorithm>
#include <optional>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/study/main_job.hpp"
#include "app/study/results_table.hpp"
#include "contracts/study_requests.hpp"

namespace valion::app {
namespace {

// The document of `valion demo --json`; other programs rely on it (docs/architecture.md).
struct DemoStep {
  std::string name;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(DemoStep, (), (name, seconds))

struct DemoMetrics {
  double mdape = 0, ppe10 = 0, ppe20 = 0, cod = 0, prd = 0, prb = 0, r2 = 0, median_ratio = 0;
  std::optional<double> coverage80;
  std::int64_t n_train = 0, n_test = 0;
};
BOOST_DESCRIBE_STRUCT(DemoMetrics, (),
                      (mdape, ppe10, ppe20, cod, prd, prb, r2, median_ratio, coverage80, n_train, n_test))

struct DemoArtifacts {
  std::string pdf, xlsx;
};
BOOST_DESCRIBE_STRUCT(DemoArtifacts, (), (pdf, xlsx))

struct DemoDocument {
  std::vector<DemoStep> steps;
  DemoMetrics metrics;  // the champion
  std::optional<DemoMetrics> benchmark, benchmark_rescaled;
  double shap_additivity_error = 0;  // the larger of training's and the valuation's
  DemoArtifacts artifacts;           // files
  std::string champion;
  Hash dataset, model, valuation, report;
  double value = 0;
  std::string currency;
};
BOOST_DESCRIBE_STRUCT(DemoDocument, (),
                      (steps, metrics, benchmark, benchmark_rescaled, shap_additivity_error, artifacts, champion,
                       dataset, model, valuation, report, value, currency))

struct DemoOutcome {
  StudyOutcome study;
  contracts::Valuation valuation;
  ReportFiles report;
};

DemoMetrics demo_metrics(const contracts::Metrics& metrics, const contracts::ModelRecord& model) {
  return {metrics.mdape, metrics.ppe10,        metrics.ppe20,      metrics.cod,   metrics.prd, metrics.prb,
          metrics.r2,    metrics.median_ratio, metrics.coverage80, model.n_train, metrics.n};
}

DemoDocument document_of(const DemoOutcome& outcome, const std::vector<StepTime>& times) {
  const contracts::ModelRecord& model = outcome.study.model;
  DemoDocument document;
  for (const StepTime& time : times) document.steps.push_back({time.name, time.seconds});
  document.metrics = demo_metrics(model.test, model);
  if (model.benchmark) document.benchmark = demo_metrics(*model.benchmark, model);
  if (model.benchmark_rescaled) document.benchmark_rescaled = demo_metrics(*model.benchmark_rescaled, model);
  document.shap_additivity_error = std::max(model.shap_additivity_error, outcome.valuation.shap_additivity_error);
  for (std::size_t index = 0; index < outcome.report.files.size(); ++index) {
    const std::string file = outcome.report.files[index].string();
    (outcome.report.record.artifacts[index].format == "pdf" ? document.artifacts.pdf : document.artifacts.xlsx) = file;
  }
  document.champion = model.champion;
  document.dataset = outcome.study.located.version.version;
  document.model = model.model;
  document.valuation = outcome.valuation.valuation;
  document.report = outcome.report.record.report;
  document.value = outcome.valuation.value;
  document.currency = outcome.valuation.currency;
  return document;
}

Result<DemoOutcome> demo(ApiClient& api, const StudyFile& file, const std::filesystem::path& folder, Steps& steps) {
  DemoOutcome outcome;
  VALION_TRY_ASSIGN(outcome.study, run_study(api, file, steps));
  VALION_TRY_ASSIGN(outcome.valuation, value_subject(api, file.study, outcome.study.model.model, steps));
  VALION_TRY_ASSIGN(outcome.report,
                    make_report(api, report_request(file.study, outcome.valuation.valuation), folder, steps));
  return outcome;
}

void print_for_people(const DemoOutcome& outcome, const std::string& url) {
  fmt::print("\n{}\n{}\n", accuracy_table(outcome.study.model), value_text(outcome.valuation));
  for (const auto& file : outcome.report.files) fmt::print("  {}\n", file.string());
  fmt::print(
      "\n  gateway    {}\n  health     {}/health\n  model      {}/api/v1/ml/models/{}\n  valuation  "
      "{}/api/v1/ml/valuations/{}\n",
      url, url, url, outcome.study.model.model.text(), url, outcome.valuation.valuation.text());
}

}  // namespace

int run_demo(const Settings& settings, const GatewayOptions& gateway, const DemoCommand& command) {
  const auto file = read_study(command.study);
  if (!file) return complain(file.error());
  auto api = signed_in(settings, gateway);
  if (!api) return complain(api.error());
  const std::filesystem::path folder = command.folder.empty() ? settings.home / "reports" : command.folder;
  if (!gateway.json) fmt::print("{}\n\n", file->study.name);
  Steps steps(gateway.json ? nullptr : stdout);
  const auto outcome = demo(*api, *file, folder, steps);
  if (!outcome) return complain(outcome.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(document_of(*outcome, steps.times())));
  } else {
    print_for_people(*outcome, gateway_url(settings, gateway.url));
  }
  return 0;
}

}  // namespace valion::app
