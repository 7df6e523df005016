// The user's commands: import, study run, value, report. Thin clients of the API.
#include <fmt/format.h>

#include "app/commands/commands.hpp"
#include "app/commands/signed_in.hpp"
#include "app/study/main_job.hpp"
#include "app/study/results_table.hpp"

namespace valion::app {
namespace {

std::FILE* step_output(const GatewayOptions& gateway) { return gateway.json ? nullptr : stdout; }

Result<Hash> parse_hash(const std::string& text, const std::string& what) {
  if (const auto hash = Hash::parse(text)) return *hash;
  return fail(ErrorKind::invalid, "not the id of a " + what + " (64 hexadecimal digits): " + text);
}

Result<contracts::DatasetVersion> import_result(const Settings& settings, const GatewayOptions& gateway,
                                                const ImportCommand& command, Steps& steps) {
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  contracts::ImportOptions options;
  options.name = command.name.empty() ? command.file.stem().string() : command.name;
  options.target = command.target;
  return import_file(api, command.file, options, steps);
}

Result<StudyOutcome> study_result(const Settings& settings, const GatewayOptions& gateway, const StudyFile& file,
                                  Steps& steps) {
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  return run_study(api, file, steps);
}

Result<contracts::Valuation> value_result(const Settings& settings, const GatewayOptions& gateway,
                                          const ValueCommand& command, Steps& steps) {
  VALION_TRY_ASSIGN(const StudyFile file, read_study(command.study));
  VALION_TRY_ASSIGN(const Hash model, parse_hash(command.model, "model"));
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  return value_subject(api, file.study, model, steps);
}

Result<ReportFiles> report_result(const Settings& settings, const GatewayOptions& gateway, const ReportCommand& command,
                                  Steps& steps) {
  contracts::ReportRequest request;
  VALION_TRY_ASSIGN(request.valuation, parse_hash(command.valuation, "valuation"));
  request.title = command.title;
  request.language = command.language;
  VALION_TRY_ASSIGN(ApiClient api, signed_in(settings, gateway));
  return make_report(api, request, command.folder, steps);
}

}  // namespace

int import_data(const Settings& settings, const GatewayOptions& gateway, const ImportCommand& command) {
  Steps steps(step_output(gateway));
  const auto version = import_result(settings, gateway, command, steps);
  if (!version) return complain(version.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*version));
  } else {
    fmt::print("dataset version {}\n", version->version.text());
  }
  return 0;
}

int study_run(const Settings& settings, const GatewayOptions& gateway, const std::filesystem::path& study) {
  const auto file = read_study(study);
  if (!file) return complain(file.error());
  Steps steps(step_output(gateway));
  const auto outcome = study_result(settings, gateway, *file, steps);
  if (!outcome) return complain(outcome.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(outcome->model));
  } else {
    fmt::print("\n{}\nmodel {}\nnext: valion value --study {} --model {}\n", accuracy_table(outcome->model),
               outcome->model.model.text(), study.string(), outcome->model.model.text());
  }
  return 0;
}

int value_property(const Settings& settings, const GatewayOptions& gateway, const ValueCommand& command) {
  Steps steps(step_output(gateway));
  const auto valuation = value_result(settings, gateway, command, steps);
  if (!valuation) return complain(valuation.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(*valuation));
  } else {
    fmt::print("\n{}\nvaluation {}\nnext: valion report --valuation {}\n", value_text(*valuation),
               valuation->valuation.text(), valuation->valuation.text());
  }
  return 0;
}

int write_report(const Settings& settings, const GatewayOptions& gateway, const ReportCommand& command) {
  Steps steps(step_output(gateway));
  const auto report = report_result(settings, gateway, command, steps);
  if (!report) return complain(report.error());
  if (gateway.json) {
    fmt::print("{}\n", json::encode(report->record));
  } else {
    for (const auto& file : report->files) fmt::print("{}\n", file.string());
  }
  return 0;
}

}  // namespace valion::app
