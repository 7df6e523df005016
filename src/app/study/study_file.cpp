#include "app/study/study_file.hpp"

#include <fstream>
#include <sstream>

#include "platform/json/described.hpp"

namespace valion::app {

Result<StudyFile> read_study(const std::filesystem::path& file) {
  std::ifstream input(file);
  std::ostringstream text;
  if (!input || !(text << input.rdbuf()))
    return fail(ErrorKind::not_found, "cannot read the study file " + file.string());
  auto study = json::decode<contracts::Study>(text.str());
  if (!study) {
    Error error = std::move(study).error();
    error.message = file.string() + ": " + error.message;
    return fail(std::move(error));
  }
  StudyFile result{std::move(*study), file.parent_path()};
  result.data_file /= result.study.data.file;
  if (!std::filesystem::is_regular_file(result.data_file)) {
    return fail(ErrorKind::not_found,
                "the study's data file " + result.data_file.string() + " is not there (/data/file)");
  }
  return result;
}

contracts::ImportOptions import_options(const contracts::Study& study) {
  return {study.name, study.data.target, study.data.columns};
}

contracts::EnrichmentRequest enrichment_request(const contracts::Study& study, const Hash& version) {
  return {version, study.location.crs, study.location.x, study.location.y, study.location.centre};
}

contracts::NeighbourLevelRequest neighbour_request(const contracts::Study& study, const Hash& version) {
  return {version,
          study.data.target,
          study.data.date,
          study.split.train_to,
          study.split.train_minimum_target,
          study.location.neighbours};
}

contracts::TrainingRequest training_request(const contracts::Study& study, const Hash& version) {
  contracts::TrainingRequest request;
  request.name = study.name;
  request.version = version;
  request.target = study.data.target;
  request.currency = study.data.currency;
  request.area_unit = study.data.area_unit;
  request.features = study.model.features;
  request.location = contracts::NeighbourSpec{"longitude", "latitude", study.location.neighbours};
  request.split = {study.data.date, study.split.calibration_from, study.split.train_to, study.split.test_from,
                   study.split.train_minimum_target};
  request.models = study.model.models;
  request.benchmark = study.data.benchmark;
  request.identifier = study.data.identifier;
  request.folds = study.model.folds;
  request.seed = study.model.seed;
  return request;
}

Result<contracts::LocateRequest> locate_request(const contracts::Study& study) {
  const auto coordinate = [&](const std::string& name) -> Result<double> {
    const auto found = study.valuation.subject.find(name);
    const double* number = found == study.valuation.subject.end() ? nullptr : std::get_if<double>(&found->second);
    if (number == nullptr) {
      return fail(ErrorKind::invalid, "the subject needs a number `" + name + "` (/valuation/subject/" + name + ")");
    }
    return *number;
  };
  VALION_TRY_ASSIGN(const double x, coordinate(study.location.x));
  VALION_TRY_ASSIGN(const double y, coordinate(study.location.y));
  return contracts::LocateRequest{study.location.crs, x, y, study.location.centre};
}

contracts::ValuationRequest valuation_request(const contracts::Study& study, const contracts::Location& location) {
  contracts::ValuationRequest request;
  request.label = study.valuation.label;
  request.date = study.valuation.date;
  request.subject = study.valuation.subject;
  request.subject["longitude"] = location.longitude;
  request.subject["latitude"] = location.latitude;
  request.subject["distance_to_centre"] = location.distance_to_centre;
  return request;
}

contracts::ReportRequest report_request(const contracts::Study& study, const Hash& valuation) {
  contracts::ReportRequest request;
  request.valuation = valuation;
  request.title = study.report.title;
  request.client = study.report.client;
  request.purpose = study.report.purpose;
  request.prepared_by = study.report.prepared_by;
  request.language = study.report.language;
  return request;
}

}  // namespace valion::app
