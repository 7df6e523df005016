#include "domain/model/valuation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace valion::model {
namespace {

// The price level around the subject by the middle one of the chosen neighbourhoods, at the reference date.
Cell level_value(const FittedFeatures& features, const Designs& designs) {
  const auto& sizes = features.location->neighbours;
  std::vector<std::size_t> order(sizes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] < sizes[b]; });
  const double level = designs.levels[order[order.size() / 2]][0];
  if (std::isnan(level)) return std::monostate{};
  return std::exp(level + designs.trend[0]);
}

Cell place_value(const FittedFeatures& features, const dataset::Table& subject) {
  const double longitude = subject.find(features.longitude)->numbers()[0];
  const double latitude = subject.find(features.latitude)->numbers()[0];
  if (std::isnan(longitude) || std::isnan(latitude)) return std::monostate{};
  char text[64];
  std::snprintf(text, sizeof text, "%.5f, %.5f", longitude, latitude);
  return std::string(text);
}

std::vector<FeatureContribution> contributions_of(const TrainedModel& trained, const dataset::Table& subject,
                                                  const Explanation& explanation) {
  const FittedFeatures& features = trained.model.features;
  const auto names = features.feature_names();
  const auto designs = make_designs(features, trained.model.index.get(), subject, {0}, {}, 1);
  std::vector<FeatureContribution> contributions;
  for (std::size_t f = 0; f < names.size(); ++f) {
    Cell value;
    if (f < features.encoder.features.size()) {
      value = subject.find(features.encoder.features[f].column)->cell(0);
    } else if (f == features.date_feature()) {
      value = subject.find(features.date_column)->cell(0);
    } else {
      value = f == features.place_feature() ? place_value(features, subject) : level_value(features, designs);
    }
    contributions.push_back({names[f], std::move(value), explanation.contributions[f]});
  }
  std::stable_sort(contributions.begin(), contributions.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.contribution) > std::abs(b.contribution); });
  return contributions;
}

}  // namespace

Result<PropertyValue> value_property(const TrainedModel& trained, const Attributes& subject, Date reference_date,
                                     std::size_t comparables) {
  VALION_TRY_ASSIGN(const auto table,
                    subject_table(subject, trained.schema, trained.spec.split.date_column, reference_date));
  VALION_TRY_ASSIGN(const auto explanations, explain(trained.model, table, {0}));
  const Explanation& explanation = explanations.front();
  PropertyValue value;
  value.eta = explanation.eta;
  value.value = std::exp(explanation.eta);
  value.base_value = explanation.base_value;
  value.additivity_error = explanation.additivity_error;
  const auto& band = trained.intervals.band_of(explanation.eta);
  for (std::size_t level = 0; level < kIntervalLevels.size(); ++level) {
    value.intervals[level] = {kIntervalLevels[level], std::exp(explanation.eta + band.lower[level]),
                              std::exp(explanation.eta + band.upper[level])};
  }
  value.contributions = contributions_of(trained, table, explanation);
  value.comparables = find_comparables(trained.pool, trained.pool_index.get(), trained.model, table, explanation.eta,
                                       reference_date, comparables);
  value.warnings = extrapolation_warnings(trained.model.features, trained.model.index.get(), trained.period, table);
  return value;
}

}  // namespace valion::model
