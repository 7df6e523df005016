// geospatial_service: where properties are, and what is around them.
//
//   POST /geospatial/enrichments        EnrichmentRequest        > 202, a job whose result is EnrichmentResult
//   POST /geospatial/locate             LocateRequest            > Location   (one property, same measures)
//   POST /geospatial/neighbour-levels   NeighbourLevelRequest    > NeighbourLevelPreview
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/date.hpp"
#include "base/hash.hpp"
#include "contracts/data.hpp"
#include "platform/json/member.hpp"

namespace valion::contracts {

struct Centre {
  std::string name;
  double longitude = 0;  // degrees, WGS 84
  double latitude = 0;
  static constexpr std::array kMembers{
      json::member("name").characters(0, 200),
      json::member("longitude").range(-180, 180).says("degrees, WGS 84", "graus, WGS 84"),
      json::member("latitude").range(-90, 90).says("degrees, WGS 84", "graus, WGS 84")};
};
BOOST_DESCRIBE_STRUCT(Centre, (), (name, longitude, latitude))

// `crs` is any PROJ definition of the x and y columns, e.g. `EPSG:31982` or `+proj=lcc …`; `EPSG:4326` for degrees (x = longitude).
struct EnrichmentRequest {
  Hash version;
  std::string crs;
  std::string x;
  std::string y;
  Centre centre;
  static constexpr std::array kMembers{
      json::member("crs").characters(1, 4000).says("a PROJ definition of x and y, e.g. EPSG:31982",
                                                   "uma definição PROJ de x e y, p. ex. EPSG:31982"),
      json::member("x").characters(1, 500), json::member("y").characters(1, 500)};
};
BOOST_DESCRIBE_STRUCT(EnrichmentRequest, (), (version, crs, x, y, centre))

// Adds columns longitude, latitude (degrees) and distance_to_centre (metres, geodesic).
struct EnrichmentResult {
  DatasetVersion version;
  std::int64_t located = 0;
  std::int64_t not_located = 0;  // missing or out of the CRS's range: their location columns are missing
  double west = 0, south = 0, east = 0, north = 0;
  double median_distance_to_centre = 0;  // metres
  static constexpr std::array kMembers{
      json::member("not_located")
          .says("missing or out of the range of the reference system", "ausentes ou fora do sistema de referência"),
      json::member("median_distance_to_centre").says("metres", "metros")};
};
BOOST_DESCRIBE_STRUCT(EnrichmentResult, (),
                      (version, located, not_located, west, south, east, north, median_distance_to_centre))

struct LocateRequest {
  std::string crs;
  double x = 0;
  double y = 0;
  Centre centre;
  static constexpr std::array kMembers{json::member("crs").characters(1, 4000)};
};
BOOST_DESCRIBE_STRUCT(LocateRequest, (), (crs, x, y, centre))

struct Location {
  double longitude = 0;
  double latitude = 0;
  double distance_to_centre = 0;
  static constexpr std::array kMembers{
      json::member("distance_to_centre").says("metres, geodesic", "metros, geodésica")};
};
BOOST_DESCRIBE_STRUCT(Location, (), (longitude, latitude, distance_to_centre))

// A preview: models compute these levels themselves, inside each fold. Only sales up to `train_to` contribute, and never a
// property's own sale.
struct NeighbourLevelRequest {
  Hash version;
  std::string target;
  std::string date;
  Date train_to;
  std::optional<double> minimum_target;
  std::vector<std::int64_t> neighbours;
  static constexpr std::array kMembers{
      json::member("target").characters(1, 500), json::member("date").characters(1, 500),
      json::member("train_to").says("only sales up to this day contribute", "só contribuem vendas até este dia"),
      json::member("neighbours").elements(1, 20).range(1, 1000)};
};
BOOST_DESCRIBE_STRUCT(NeighbourLevelRequest, (), (version, target, date, train_to, minimum_target, neighbours))

struct NeighbourLevel {
  std::int64_t neighbours = 0;
  double correlation_with_log_target = 0;
  double median_reach = 0;  // metres to the farthest of the k
  static constexpr std::array kMembers{
      json::member("median_reach")
          .says("metres to the farthest of the neighbours", "metros até o mais distante dos vizinhos")};
};
BOOST_DESCRIBE_STRUCT(NeighbourLevel, (), (neighbours, correlation_with_log_target, median_reach))

struct NeighbourLevelPreview {
  std::int64_t training_sales = 0;
  std::vector<NeighbourLevel> levels;
};
BOOST_DESCRIBE_STRUCT(NeighbourLevelPreview, (), (training_sales, levels))

}  // namespace valion::contracts
