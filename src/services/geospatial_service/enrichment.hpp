// What geospatial_service computes, without the service: pure functions of a table and a request.
#pragma once

#include <string>

#include "base/result.hpp"
#include "contracts/geospatial.hpp"
#include "domain/dataset/table.hpp"

namespace valion::geospatial {

// A table with its location columns, and what is to be said about them. `result.version` is for the caller to fill.
struct LocatedTable {
  dataset::Table table;
  contracts::EnrichmentResult result;
  std::string note;  // of the new dataset version: «location from x, y (…); distance to Downtown Toledo»
};

// Adds the number columns longitude, latitude (degrees, WGS 84) and distance_to_centre (metres, geodesic); number columns
// that already have these names are replaced, and the note says so. A row whose x or y is missing or out of the CRS's range gets
// missing values. ErrorKind::invalid, with the JSON Pointers of the request: x or y is no number column, the CRS is unknown, the
// centre is not on Earth, a location column's name is taken by texts or dates, not a single row can be located.
// Cost about 2 µs a row.
[[nodiscard]] Result<LocatedTable> locate_rows(dataset::Table table, const contracts::EnrichmentRequest& request);

// The same measures for one property. ErrorKind::invalid when it cannot be located.
[[nodiscard]] Result<contracts::Location> locate_property(const contracts::LocateRequest& request);

// How well the mean log price of the k nearest training sales agrees with a training sale's own log price, itself left out.
// Requires a located table: ErrorKind::invalid for columns that are missing or of the wrong type, for no or odd `neighbours`
// (each 1 to 1000, at most 20 of them), and for fewer than 3 training sales with a
// place, or of one and the same price. O(n · k · log n).
[[nodiscard]] Result<contracts::NeighbourLevelPreview> preview_levels(const dataset::Table& table,
                                                                      const contracts::NeighbourLevelRequest& request);

}  // namespace valion::geospatial
