#include "contracts/study_requests.hpp"

namespace valion::contracts {

ImportOptions import_options(const Study& study) { return {study.name, study.data.target, study.data.columns}; }

EnrichmentRequest enrichment_request(const Study& study, const Hash& version) {
  return {version, study.location.crs, study.location.x, study.location.y, study.location.centre};
}

NeighbourLevelRequest neighbour_request(const Study& study, const Hash& version) {
  return {version,
          study.data.target,
          study.data.date,
          study.split.train_to,
          study.split.train_minimum_target,
          study.location.neighbours};
}

TrainingRequest training_request(const Study& study, const Hash& version) {
  TrainingRequest request;
  request.name = study.name;
  request.version = version;
  request.target = study.data.target;
  request.currency = study.data.currency;
  request.area_unit = study.data.area_unit;
  request.features = study.model.features;
  request.location = NeighbourSpec{"longitude", "latitude", study.location.neighbours};
  request.split = {study.data.date, study.split.calibration_from, study.split.train_to, study.split.test_from,
                   study.split.train_minimum_target};
  request.models = study.model.models;
  request.benchmark = study.data.benchmark;
  request.identifier = study.data.identifier;
  request.folds = study.model.folds;
  request.seed = study.model.seed;
  return request;
}

Result<LocateRequest> locate_request(const Study& study) {
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
  return LocateRequest{study.location.crs, x, y, study.location.centre};
}

ValuationRequest valuation_request(const Study& study, const Location& location) {
  ValuationRequest request;
  request.label = study.valuation.label;
  request.date = study.valuation.date;
  request.subject = study.valuation.subject;
  request.subject["longitude"] = location.longitude;
  request.subject["latitude"] = location.latitude;
  request.subject["distance_to_centre"] = location.distance_to_centre;
  return request;
}

ReportRequest report_request(const Study& study, const Hash& valuation) {
  ReportRequest request;
  request.valuation = valuation;
  request.title = study.report.title;
  request.client = study.report.client;
  request.purpose = study.report.purpose;
  request.prepared_by = study.report.prepared_by;
  request.language = study.report.language;
  return request;
}

}  // namespace valion::contracts
