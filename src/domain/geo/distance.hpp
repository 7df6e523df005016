// Distances between places, in metres. Both are symmetric, 0 for equal places, and NaN when a place is not finite.
#pragma once

#include "domain/geo/coordinates.hpp"

namespace valion::geo {

// Mean radius of the Earth, (2a + b)/3 of WGS 84, in metres.
inline constexpr double kMeanEarthRadius = 6371008.8;

// Shortest path on the WGS 84 ellipsoid (Karney, J. Geodesy 87, 2013, by PROJ's geod_inverse): exact to nanometres, about 1 µs.
[[nodiscard]] double geodesic_distance(LonLat a, LonLat b);

// On a sphere of the mean radius (haversine): within 0.6 % of the geodesic, about 0.1 µs. For ranking and searching.
[[nodiscard]] double great_circle_distance(LonLat a, LonLat b);

}  // namespace valion::geo
