#include "domain/model/fitted_features.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <utility>

#include "domain/stats/descriptive.hpp"

namespace valion::model {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kPlaceColumns = 4;  // east, north, and both at 45 degrees: trees cut along axes only

std::vector<geo::LonLat> places_of(const dataset::Table& table, const std::string& longitude,
                                   const std::string& latitude, const std::vector<std::size_t>& rows) {
  const auto& lon = table.find(longitude)->numbers();
  const auto& lat = table.find(latitude)->numbers();
  std::vector<geo::LonLat> places;
  places.reserve(rows.size());
  for (const auto row : rows) places.push_back({lon[row], lat[row]});
  return places;
}

std::vector<double> years_of(const dataset::Table& table, const std::string& column,
                             const std::vector<std::size_t>& rows) {
  const auto& days = table.find(column)->dates().days;
  std::vector<double> years;
  years.reserve(rows.size());
  for (const auto row : rows) {
    years.push_back(days[row] == dataset::kMissingDate ? kMissing : Date(days[row]).years());
  }
  return years;
}

double median_latitude(const std::vector<geo::LonLat>& places) {
  std::vector<double> known;
  for (const auto& place : places) {
    if (std::isfinite(place.latitude)) known.push_back(place.latitude);
  }
  return known.empty() ? 0 : stats::median(std::move(known));
}

void write_place(const LocationLevels& location, const geo::LonLat& place, double* out) {
  const double east = place.longitude * std::cos(location.reference_latitude * std::numbers::pi / 180);
  out[0] = place.longitude;
  out[1] = place.latitude;
  out[2] = east + place.latitude;
  out[3] = east - place.latitude;
}

std::vector<std::vector<double>> levels_of(const Neighbourhoods& near, const std::vector<std::size_t>& neighbours,
                                           const std::vector<double>& values) {
  std::vector<std::vector<double>> levels;
  for (const auto k : neighbours) {
    std::vector<double> level(near.size());
    for (std::size_t i = 0; i < near.size(); ++i) level[i] = near.mean(i, k, values);
    levels.push_back(std::move(level));
  }
  return levels;
}

double mean_of_known(const std::vector<double>& values, double otherwise) {
  double sum = 0;
  std::size_t count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? otherwise : sum / static_cast<double>(count);
}

void fill_linear(const FittedFeatures& features, const dataset::Table& table, const std::vector<std::size_t>& rows,
                 Designs& designs) {
  const std::size_t encoded = features.encoder.linear_terms().size();
  designs.linear = Matrix(rows.size(), encoded + designs.levels.size());
  encode_for_linear(features.encoder, table, rows, designs.linear.values.data(), designs.linear.columns);
  for (std::size_t k = 0; k < designs.levels.size(); ++k) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double level = designs.levels[k][i];
      designs.linear.row(i)[encoded + k] = std::isnan(level) ? features.typical_levels[k] : level;
    }
  }
}

void fill_tree(const FittedFeatures& features, const dataset::Table& table, const std::vector<std::size_t>& rows,
               const std::vector<geo::LonLat>& places, Designs& designs) {
  const std::size_t encoded = features.encoder.features.size();
  const std::size_t place_columns = features.location ? kPlaceColumns : 0;
  designs.tree = Matrix(rows.size(), encoded + place_columns + designs.levels.size());
  encode_for_trees(features.encoder, table, rows, designs.tree.values.data(), designs.tree.columns);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double* row = designs.tree.row(i) + encoded;
    if (features.location) write_place(*features.location, places[i], row);
    for (std::size_t k = 0; k < designs.levels.size(); ++k) row[place_columns + k] = designs.levels[k][i];
  }
}

// The columns the trend is estimated beside: the linear design with neighbour levels of prices as they were paid.
std::vector<std::vector<double>> hedonic_columns(const FittedFeatures& features, const dataset::Table& table,
                                                 const std::vector<std::size_t>& rows,
                                                 const std::vector<std::vector<double>>& raw_levels, double typical) {
  const std::size_t encoded = features.encoder.linear_terms().size();
  Matrix linear(rows.size(), encoded);
  encode_for_linear(features.encoder, table, rows, linear.values.data(), linear.columns);
  std::vector<std::vector<double>> columns(encoded, std::vector<double>(rows.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < encoded; ++j) columns[j][i] = linear.row(i)[j];
  }
  for (auto levels : raw_levels) {
    for (auto& level : levels) level = std::isnan(level) ? typical : level;
    columns.push_back(std::move(levels));
  }
  return columns;
}

}  // namespace

std::vector<std::string> FittedFeatures::feature_names() const {
  std::vector<std::string> names;
  for (const auto& feature : encoder.features) names.push_back(feature.column);
  if (location) {
    names.push_back(longitude + ", " + latitude);
    names.push_back("neighbour price level");
  }
  const bool also_chosen = std::find(names.begin(), names.end(), date_column) != names.end();
  names.push_back(also_chosen ? date_column + " (market trend)" : date_column);
  return names;
}

std::vector<Term> FittedFeatures::terms(DesignKind kind) const {
  auto terms = kind == DesignKind::tree ? encoder.tree_terms() : encoder.linear_terms();
  if (!location) return terms;
  if (kind == DesignKind::tree) {
    for (const char* axis : {"east", "north", "north-east", "south-east"}) terms.push_back({axis, place_feature()});
  }
  for (const auto k : location->neighbours) {
    terms.push_back({"log price level of the " + std::to_string(k) + " nearest", level_feature()});
  }
  return terms;
}

FittedTraining fit_features(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                            const ModelSpec& spec, std::size_t threads) {
  FittedTraining fitted;
  auto& [features, designs, target] = fitted;
  for (const auto row : training_rows) target.push_back(std::log(table.find(spec.target)->numbers()[row]));
  features.date_column = spec.split.date_column;
  features.encoder = fit_encoder(table, training_rows, target, spec.features);
  designs.years = years_of(table, features.date_column, training_rows);

  std::optional<Neighbourhoods> near;
  std::vector<geo::LonLat> places;
  if (spec.location) {
    features.longitude = spec.location->longitude;
    features.latitude = spec.location->latitude;
    places = places_of(table, features.longitude, features.latitude, training_rows);
    features.location = LocationLevels{places, {}, spec.location->neighbours, median_latitude(places)};
    std::vector<std::int64_t> own(training_rows.size());
    std::iota(own.begin(), own.end(), std::int64_t{0});
    near.emplace(geo::NeighbourIndex(places), places, own, features.location->most(), threads);
  }
  const double typical = mean_of_known(target, 0);
  const auto raw_levels =
      near ? levels_of(*near, features.location->neighbours, target) : std::vector<std::vector<double>>{};
  features.trend =
      estimate_trend(hedonic_columns(features, table, training_rows, raw_levels, typical), designs.years, target);

  for (std::size_t i = 0; i < target.size(); ++i) {
    designs.trend.push_back(features.trend.at(designs.years[i]));
    target[i] -= designs.trend[i];
  }
  if (near) {
    features.location->levels = target;
    designs.levels = levels_of(*near, features.location->neighbours, target);
    for (const auto& level : designs.levels)
      features.typical_levels.push_back(mean_of_known(level, mean_of_known(target, 0)));
  }
  fill_linear(features, table, training_rows, designs);
  fill_tree(features, table, training_rows, places, designs);
  return fitted;
}

std::shared_ptr<const geo::NeighbourIndex> make_index(const FittedFeatures& features) {
  if (!features.location) return nullptr;
  return std::make_shared<const geo::NeighbourIndex>(features.location->points);
}

Designs make_designs(const FittedFeatures& features, const geo::NeighbourIndex* index, const dataset::Table& table,
                     const std::vector<std::size_t>& rows, const std::vector<std::int64_t>& own, std::size_t threads) {
  Designs designs;
  designs.years = years_of(table, features.date_column, rows);
  for (const double year : designs.years) designs.trend.push_back(features.trend.at(year));
  std::vector<geo::LonLat> places;
  if (features.location && index != nullptr) {
    places = places_of(table, features.longitude, features.latitude, rows);
    const Neighbourhoods near(*index, places, own, features.location->most(), threads);
    designs.levels = levels_of(near, features.location->neighbours, features.location->levels);
  }
  fill_linear(features, table, rows, designs);
  fill_tree(features, table, rows, places, designs);
  return designs;
}

}  // namespace valion::model
