#include "domain/geo/distance.hpp"

#include <geodesic.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace valion::geo {

double geodesic_distance(LonLat a, LonLat b) {
  if (!is_finite(a) || !is_finite(b)) return std::numeric_limits<double>::quiet_NaN();
  geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6378137.0, 1 / 298.257223563);  // WGS 84
  double metres = 0;
  geod_inverse(&ellipsoid, a.latitude, a.longitude, b.latitude, b.longitude, &metres, nullptr, nullptr);
  return metres;
}

double great_circle_distance(LonLat a, LonLat b) {
  constexpr double kRadians = std::numbers::pi / 180;
  const double half_latitude = std::sin((b.latitude - a.latitude) * kRadians / 2);
  const double half_longitude = std::sin((b.longitude - a.longitude) * kRadians / 2);
  const double haversine = half_latitude * half_latitude + std::cos(a.latitude * kRadians) *
                                                               std::cos(b.latitude * kRadians) * half_longitude *
                                                               half_longitude;
  if (std::isnan(haversine)) return haversine;
  return 2 * kMeanEarthRadius * std::asin(std::sqrt(std::clamp(haversine, 0.0, 1.0)));
}

}  // namespace valion::geo
