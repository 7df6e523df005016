#include "domain/model/extrapolation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace valion::model {
namespace {

constexpr double kFarMetres = 5'000;
constexpr double kLongAfterYears = 1;

std::string number_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string shown(const EncodedFeature& feature, double value) {
  if (feature.type != dataset::ColumnType::date) return number_text(value);
  return Date(static_cast<std::int32_t>(std::lround(value * 365.2425))).text();
}

void check_number(const EncodedFeature& feature, const dataset::Column& column, std::vector<std::string>& warnings) {
  const double value =
      feature.type == dataset::ColumnType::date ? Date(column.dates().days[0]).years() : column.numbers()[0];
  const bool below = value < feature.minimum;
  if (!below && !(value > feature.maximum)) return;
  warnings.push_back(feature.column + ": " + shown(feature, value) + " lies " + (below ? "below" : "above") +
                     " every training sale (" + shown(feature, feature.minimum) + " to " +
                     shown(feature, feature.maximum) + ")");
}

void check_text(const EncodedFeature& feature, const dataset::Column& column, std::vector<std::string>& warnings) {
  const auto& texts = column.texts();
  const auto& value = texts.levels[static_cast<std::size_t>(texts.codes[0])];
  if (std::find(feature.levels.begin(), feature.levels.end(), value) == feature.levels.end()) {
    warnings.push_back(feature.column + ": no training sale has «" + value + "»");
  }
}

void check_place(const FittedFeatures& features, const geo::NeighbourIndex* index, const dataset::Table& subject,
                 std::vector<std::string>& warnings) {
  if (!features.location || index == nullptr) return;
  const geo::LonLat place{subject.find(features.longitude)->numbers()[0],
                          subject.find(features.latitude)->numbers()[0]};
  if (!std::isfinite(place.longitude) || !std::isfinite(place.latitude)) {
    warnings.push_back("the place is not known: the value cannot tell one neighbourhood from another");
    return;
  }
  const auto nearest = index->nearest(place, 1);
  if (!nearest.empty() && nearest.front().distance > kFarMetres) {
    warnings.push_back("the nearest training sale is " + number_text(std::round(nearest.front().distance / 100) / 10) +
                       " km away");
  }
}

}  // namespace

std::vector<std::string> extrapolation_warnings(const FittedFeatures& features, const geo::NeighbourIndex* index,
                                                const TrainingPeriod& period, const dataset::Table& subject) {
  std::vector<std::string> warnings;
  for (const auto& feature : features.encoder.features) {
    const auto& column = *subject.find(feature.column);
    if (column.missing(0)) {
      warnings.push_back(feature.column + " is not known");
    } else if (feature.type == dataset::ColumnType::text) {
      check_text(feature, column, warnings);
    } else {
      check_number(feature, column, warnings);
    }
  }
  check_place(features, index, subject, warnings);
  const Date date(subject.find(features.date_column)->dates().days[0]);
  if (date < period.first) {
    warnings.push_back("the reference date is before the first training sale, " + period.first.text());
  } else if (date.years() - period.last.years() > kLongAfterYears) {
    warnings.push_back("the reference date is more than a year after the last training sale, " + period.last.text() +
                       ": the market trend is extrapolated");
  }
  return warnings;
}

}  // namespace valion::model
