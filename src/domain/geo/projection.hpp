// From any coordinate reference system to longitude and latitude, by PROJ.
//
//   VALION_TRY_ASSIGN(auto projection, Projection::from_definition("EPSG:31982"));
//   const std::optional<LonLat> place = projection.to_lon_lat(741617.34, 6945437.19);
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "domain/geo/coordinates.hpp"

namespace valion::geo {

// Holds its own PROJ context: use one from one thread at a time; making one costs some milliseconds.
class Projection {
 public:
  // `definition`: what PROJ knows as a projected or geographic CRS: `EPSG:31982`, `+proj=lcc …` (`+type=crs` is added; without a
  // datum it is read as WGS 84), WKT, PROJJSON. ErrorKind::invalid with PROJ's reason for anything else: unknown, vertical
  // or geocentric systems, transformations. Obsolete `+init=`, pipelines and paths to files are refused: a definition may come from
  // strangers. Nothing is ever downloaded.
  [[nodiscard]] static Result<Projection> from_definition(const std::string& definition);
  ~Projection();
  Projection(Projection&&) noexcept;
  Projection& operator=(Projection&&) noexcept;

  // x is always the easting or longitude and y the northing or latitude, whatever the order of the CRS's own axes; degrees
  // or the CRS's linear unit. Nothing when a coordinate is not finite, outside what the projection can invert, or more than 5
  // degrees outside the CRS's area of use (swapped columns, wrong zone). Longitude in [-180, 180]. Cost about 1 µs.
  [[nodiscard]] std::optional<LonLat> to_lon_lat(double x, double y);

  // «SIRGAS 2000 / UTM zone 22S»; «unknown» for definitions without a name.
  [[nodiscard]] const std::string& name() const noexcept;

 private:
  struct State;
  explicit Projection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace valion::geo
