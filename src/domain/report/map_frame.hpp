// A small map without tiles: places near each other drawn to scale on a plane (equirectangular about the subject, so that
// a kilometre east is as long as a kilometre north; good to 0.1 % within 100 km at latitudes up to 70 degrees).
#pragma once

#include <vector>

namespace valion::report {

struct Place {
  double longitude = 0, latitude = 0;  // degrees, WGS 84
};

struct Offset {
  double east = 0, north = 0;  // metres from the centre of the frame's origin
};

struct MapFrame {
  Place origin;           // the subject
  double half_width = 0;  // metres shown to the left and right of `middle`
  double half_height = 0;
  Offset middle;              // what is drawn in the middle, seen from the origin
  std::vector<double> rings;  // metres around the origin, round numbers, ascending
  double scale_bar = 0;       // metres, a round number, at most a third of the width

  [[nodiscard]] Offset offset_of(const Place& place) const;
};

// Shows the origin and all places with a margin. `aspect` = width / height > 0. At least 200 m wide, also without places.
[[nodiscard]] MapFrame frame_around(const Place& origin, const std::vector<Place>& places, double aspect);

}  // namespace valion::report
