#include "domain/report/map_frame.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "domain/report/axis.hpp"

namespace valion::report {
namespace {

constexpr double kMetresPerDegree = 6'371'008.8 * std::numbers::pi / 180;  // mean earth radius (IUGG)
constexpr double kSmallestHalf = 100;                                      // metres
constexpr double kMargin = 1.22;

double shortest_way(double degrees) { return std::remainder(degrees, 360.0); }  // across the date line

}  // namespace

Offset MapFrame::offset_of(const Place& place) const {
  const double east_per_degree = kMetresPerDegree * std::cos(origin.latitude * std::numbers::pi / 180);
  return {shortest_way(place.longitude - origin.longitude) * east_per_degree,
          (place.latitude - origin.latitude) * kMetresPerDegree};
}

MapFrame frame_around(const Place& origin, const std::vector<Place>& places, double aspect) {
  MapFrame frame;
  frame.origin = origin;
  Offset least, most;
  double farthest = 0;
  for (const Place& place : places) {
    const Offset offset = frame.offset_of(place);
    least = {std::min(least.east, offset.east), std::min(least.north, offset.north)};
    most = {std::max(most.east, offset.east), std::max(most.north, offset.north)};
    farthest = std::max(farthest, std::hypot(offset.east, offset.north));
  }
  frame.middle = {(least.east + most.east) / 2, (least.north + most.north) / 2};
  frame.half_width = std::max((most.east - least.east) / 2 * kMargin, kSmallestHalf);
  frame.half_height = std::max((most.north - least.north) / 2 * kMargin, kSmallestHalf / aspect);
  frame.half_width = std::max(frame.half_width, frame.half_height * aspect);
  frame.half_height = frame.half_width / aspect;
  const double reach = std::max(farthest, std::min(frame.half_width, frame.half_height));
  const double step = round_down_to_nice(reach / 2);
  for (double ring = step; ring <= reach * 1.3 && frame.rings.size() < 5; ring += step) frame.rings.push_back(ring);
  frame.scale_bar = round_down_to_nice(frame.half_width * 2 / 3.5);
  return frame;
}

}  // namespace valion::report
