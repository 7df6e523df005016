#include "services/geospatial_service/enrichment.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "domain/geo/distance.hpp"
#include "domain/geo/neighbour_level.hpp"
#include "domain/geo/projection.hpp"
#include "domain/stats/descriptive.hpp"

namespace valion::geospatial {
namespace {

using dataset::Column;
using dataset::ColumnType;
using dataset::Table;

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr std::array<const char*, 3> kLocationColumns{"longitude", "latitude", "distance_to_centre"};
constexpr std::array<const char*, 3> kLocationUnits{"degree", "degree", "m"};

void violation(Error& error, std::string pointer, std::string message, std::string value = {}) {
  Violation broken;
  broken.pointer = std::move(pointer);
  broken.message = std::move(message);
  broken.value = std::move(value);
  error.add(std::move(broken));
}

void check_centre(Error& error, const contracts::Centre& centre) {
  if (!(std::abs(centre.longitude) <= 180)) violation(error, "/centre/longitude", "must be from -180 to 180 degrees");
  if (!(std::abs(centre.latitude) <= 90)) violation(error, "/centre/latitude", "must be from -90 to 90 degrees");
}

void check_number_column(Error& error, const Table& table, const std::string& pointer, const std::string& name) {
  const Column* column = table.find(name);
  if (column == nullptr) {
    violation(error, pointer, "is not a column of the data set", name);
  } else if (column->type() != ColumnType::number) {
    violation(error, pointer, "is not a number column", name);
  }
}

Result<geo::Projection> projection_of(Error& error, const std::string& crs) {
  auto projection = geo::Projection::from_definition(crs);
  if (!projection) violation(error, "/crs", projection.error().message);
  return projection;
}

void check_location_names(Error& error, const Table& table) {
  for (const char* name : kLocationColumns) {
    const Column* taken = table.find(name);
    if (taken == nullptr || taken->type() == ColumnType::number) continue;
    violation(error, "", std::string("the data set's column `") + name + "` holds no numbers: rename or drop it first");
  }
}

// Puts the column in its old place when there was one of that name. True when there was.
bool put_column(Table& table, Column column) {
  for (Column& old : table.columns) {
    if (old.name != column.name) continue;
    old = std::move(column);
    return true;
  }
  table.columns.push_back(std::move(column));
  return false;
}

struct Measures {
  std::array<dataset::NumberValues, 3> values;  // as kLocationColumns
  contracts::EnrichmentResult summary;
};

Measures measure(geo::Projection& projection, const dataset::NumberValues& x, const dataset::NumberValues& y,
                 const contracts::Centre& centre) {
  Measures result;
  for (auto& values : result.values) values.assign(x.size(), kMissing);
  contracts::EnrichmentResult& summary = result.summary;
  summary.west = summary.south = std::numeric_limits<double>::infinity();
  summary.east = summary.north = -std::numeric_limits<double>::infinity();
  std::vector<double> distances;
  for (std::size_t row = 0; row < x.size(); ++row) {
    const auto place = projection.to_lon_lat(x[row], y[row]);
    if (!place) continue;
    const double distance = geo::geodesic_distance(*place, {centre.longitude, centre.latitude});
    result.values[0][row] = place->longitude;
    result.values[1][row] = place->latitude;
    result.values[2][row] = distance;
    distances.push_back(distance);
    summary.west = std::min(summary.west, place->longitude);
    summary.east = std::max(summary.east, place->longitude);
    summary.south = std::min(summary.south, place->latitude);
    summary.north = std::max(summary.north, place->latitude);
  }
  summary.located = static_cast<std::int64_t>(distances.size());
  summary.not_located = static_cast<std::int64_t>(x.size()) - summary.located;
  summary.median_distance_to_centre = stats::median(std::move(distances));
  return result;
}

std::string note_of(const contracts::EnrichmentRequest& request, const std::string& replaced) {
  std::string note = "location from " + request.x + ", " + request.y + " (" + request.crs + "); distance to " +
                     (request.centre.name.empty() ? "the centre" : request.centre.name);
  if (!replaced.empty()) note += "; replaces " + replaced;
  return note;
}

// The sales that may speak: up to train_to, dear enough, with a price and a place.
struct TrainingSales {
  std::vector<geo::LonLat> places;
  std::vector<double> log_prices;
};

TrainingSales training_sales(const Table& table, const contracts::NeighbourLevelRequest& request) {
  const auto& prices = table.find(request.target)->numbers();
  const auto& days = table.find(request.date)->dates().days;
  const auto& longitudes = table.find(kLocationColumns[0])->numbers();
  const auto& latitudes = table.find(kLocationColumns[1])->numbers();
  const double least = request.minimum_target.value_or(0);
  TrainingSales sales;
  for (std::size_t row = 0; row < prices.size(); ++row) {
    const geo::LonLat place{longitudes[row], latitudes[row]};
    const bool in_time = days[row] != dataset::kMissingDate && days[row] <= request.train_to.days();
    if (!in_time || !(prices[row] > 0) || !(prices[row] >= least) || !geo::is_finite(place)) continue;
    sales.places.push_back(place);
    sales.log_prices.push_back(std::log(prices[row]));
  }
  return sales;
}

Result<void> check_preview(const Table& table, const contracts::NeighbourLevelRequest& request) {
  Error error = make_error(ErrorKind::invalid, "the neighbour levels cannot be computed");
  check_number_column(error, table, "/target", request.target);
  const Column* date = table.find(request.date);
  if (date == nullptr || date->type() != ColumnType::date) {
    violation(error, "/date", "is not a date column of the data set", request.date);
  }
  for (const char* name : {kLocationColumns[0], kLocationColumns[1]}) {
    const Column* column = table.find(name);
    if (column != nullptr && column->type() == ColumnType::number) continue;
    violation(error, "/version",
              std::string("the data set has no number column `") + name + "`: POST /geospatial/enrichments adds it");
  }
  if (request.neighbours.empty() || request.neighbours.size() > 20)
    violation(error, "/neighbours", "must have 1 to 20 elements");
  for (std::size_t i = 0; i < request.neighbours.size(); ++i) {
    if (request.neighbours[i] >= 1 && request.neighbours[i] <= 1000) continue;
    violation(error, "/neighbours/" + std::to_string(i), "must be from 1 to 1000",
              std::to_string(request.neighbours[i]));
  }
  if (error.violation_total > 0) return fail(std::move(error));
  return {};
}

contracts::NeighbourLevel level_of(std::int64_t neighbours, const std::vector<double>& levels,
                                   std::vector<double> reach, const std::vector<double>& log_prices) {
  contracts::NeighbourLevel level;
  level.neighbours = neighbours;
  level.correlation_with_log_target = stats::pearson(levels, log_prices);
  level.median_reach = stats::median(std::move(reach));
  return level;
}

}  // namespace

Result<LocatedTable> locate_rows(Table table, const contracts::EnrichmentRequest& request) {
  Error error = make_error(ErrorKind::invalid, "the data set cannot be located");
  check_number_column(error, table, "/x", request.x);
  check_number_column(error, table, "/y", request.y);
  check_centre(error, request.centre);
  check_location_names(error, table);
  auto projection = projection_of(error, request.crs);
  if (error.violation_total > 0) return fail(std::move(error));

  Measures measures =
      measure(*projection, table.find(request.x)->numbers(), table.find(request.y)->numbers(), request.centre);
  if (measures.summary.located == 0) {
    violation(error, "/crs",
              "places none of the " + std::to_string(table.rows()) + " rows: does it fit the columns x and y?",
              request.crs);
    return fail(std::move(error));
  }
  std::string replaced;
  for (std::size_t i = 0; i < kLocationColumns.size(); ++i) {
    if (put_column(table, {kLocationColumns[i], kLocationUnits[i], std::move(measures.values[i])})) {
      replaced += (replaced.empty() ? "" : ", ") + std::string(kLocationColumns[i]);
    }
  }
  return LocatedTable{std::move(table), std::move(measures.summary), note_of(request, replaced)};
}

Result<contracts::Location> locate_property(const contracts::LocateRequest& request) {
  Error error = make_error(ErrorKind::invalid, "the property cannot be located");
  check_centre(error, request.centre);
  auto projection = projection_of(error, request.crs);
  if (projection) {
    const auto place = projection->to_lon_lat(request.x, request.y);
    if (!place) violation(error, "/x", "x and y are out of the range of the coordinate reference system");
    if (place && error.violation_total == 0) {
      const geo::LonLat centre{request.centre.longitude, request.centre.latitude};
      return contracts::Location{place->longitude, place->latitude, geo::geodesic_distance(*place, centre)};
    }
  }
  return fail(std::move(error));
}

Result<contracts::NeighbourLevelPreview> preview_levels(const Table& table,
                                                        const contracts::NeighbourLevelRequest& request) {
  VALION_TRY(check_preview(table, request));
  const TrainingSales sales = training_sales(table, request);
  if (sales.places.size() < 3) {
    return fail(ErrorKind::invalid, "neighbour levels need at least 3 located sales up to " + request.train_to.text() +
                                        "; there are " + std::to_string(sales.places.size()));
  }
  const auto [least, most] = std::minmax_element(sales.log_prices.begin(), sales.log_prices.end());
  if (*least == *most)
    return fail(ErrorKind::invalid, "all located sales up to " + request.train_to.text() + " have one price");
  std::vector<std::int64_t> own_row(sales.places.size());
  for (std::size_t i = 0; i < own_row.size(); ++i) own_row[i] = static_cast<std::int64_t>(i);
  const std::vector<std::size_t> neighbours(request.neighbours.begin(), request.neighbours.end());
  const geo::NeighbourIndex index(sales.places);
  const geo::NeighbourLevels levels = geo::neighbour_levels(index, sales.log_prices, sales.places, own_row, neighbours);

  contracts::NeighbourLevelPreview preview;
  preview.training_sales = static_cast<std::int64_t>(sales.places.size());
  for (std::size_t i = 0; i < neighbours.size(); ++i) {
    preview.levels.push_back(level_of(request.neighbours[i], levels.levels[i], levels.reach[i], sales.log_prices));
  }
  return preview;
}

}  // namespace valion::geospatial
