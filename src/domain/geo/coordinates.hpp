// A place on the Earth.
#pragma once

#include <cmath>

namespace valion::geo {

struct LonLat {
  double longitude = 0;  // degrees, WGS 84
  double latitude = 0;
};

[[nodiscard]] inline bool is_finite(LonLat place) {
  return std::isfinite(place.longitude) && std::isfinite(place.latitude);
}

}  // namespace valion::geo
