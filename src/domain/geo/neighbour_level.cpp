#include "domain/geo/neighbour_level.hpp"

#include <nanoflann.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "domain/geo/distance.hpp"

namespace valion::geo {
namespace {

using UnitVector = std::array<double, 3>;

UnitVector unit_vector(LonLat place) {
  const double longitude = place.longitude * std::numbers::pi / 180;
  const double latitude = place.latitude * std::numbers::pi / 180;
  return {std::cos(latitude) * std::cos(longitude), std::cos(latitude) * std::sin(longitude), std::sin(latitude)};
}

// Arc over a chord of the unit sphere.
double metres(double squared_chord) {
  return 2 * kMeanEarthRadius * std::asin(std::min(1.0, std::sqrt(squared_chord) / 2));
}

// What nanoflann needs to know of the points.
struct Cloud {
  std::vector<UnitVector> points;
  std::vector<std::size_t> indices;  // into the caller's points: those that are not finite are left out here

  // Names of nanoflann's interface.
  [[nodiscard]] std::size_t kdtree_get_point_count() const { return points.size(); }
  [[nodiscard]] double kdtree_get_pt(std::size_t point, std::size_t axis) const { return points[point][axis]; }
  template <class Box>
  bool kdtree_get_bbox(Box& /*box*/) const {
    return false;
  }
};

using KdTree = nanoflann::KDTreeSingleIndexAdaptor<nanoflann::L2_Simple_Adaptor<double, Cloud>, Cloud, 3, std::size_t>;

struct Found {
  double squared_chord = 0;
  std::size_t index = 0;
  friend auto operator<=>(const Found&, const Found&) = default;
};

}  // namespace

struct NeighbourIndex::Tree {
  Cloud cloud;
  std::size_t size = 0;
  std::unique_ptr<KdTree> kd;

  // The `count` nearest, or all, in unspecified order among equals.
  [[nodiscard]] std::vector<Found> nearest(const UnitVector& query, std::size_t count) const {
    count = std::min(count, cloud.points.size());
    std::vector<std::size_t> points(count);
    std::vector<double> chords(count);
    nanoflann::KNNResultSet<double> results(count);
    results.init(points.data(), chords.data());
    kd->findNeighbors(results, query.data(), nanoflann::SearchParams());
    std::vector<Found> found(results.size());
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = {chords[i], cloud.indices[points[i]]};
    return found;
  }

  // All at most that far: where several are equally far as the last one wanted, the order of indices decides, not the tree's.
  [[nodiscard]] std::vector<Found> within(const UnitVector& query, double squared_chord) const {
    std::vector<std::pair<std::size_t, double>> pairs;
    const double radius = std::nextafter(squared_chord, std::numeric_limits<double>::infinity());
    nanoflann::RadiusResultSet<double, std::size_t> results(radius, pairs);
    kd->findNeighbors(results, query.data(), nanoflann::SearchParams());
    std::vector<Found> found(pairs.size());
    for (std::size_t i = 0; i < found.size(); ++i) found[i] = {pairs[i].second, cloud.indices[pairs[i].first]};
    return found;
  }
};

NeighbourIndex::NeighbourIndex(std::vector<LonLat> points) : tree_(std::make_unique<Tree>()) {
  tree_->size = points.size();
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!is_finite(points[i])) continue;
    tree_->cloud.points.push_back(unit_vector(points[i]));
    tree_->cloud.indices.push_back(i);
  }
  if (!tree_->cloud.points.empty()) {
    tree_->kd = std::make_unique<KdTree>(3, tree_->cloud, nanoflann::KDTreeSingleIndexAdaptorParams(16));
  }
}

NeighbourIndex::~NeighbourIndex() = default;
NeighbourIndex::NeighbourIndex(NeighbourIndex&&) noexcept = default;
NeighbourIndex& NeighbourIndex::operator=(NeighbourIndex&&) noexcept = default;

std::size_t NeighbourIndex::size() const noexcept { return tree_->size; }

std::vector<Neighbour> NeighbourIndex::nearest(LonLat query, std::size_t k, std::int64_t leave_out) const {
  if (k == 0 || !tree_->kd || !is_finite(query)) return {};
  const UnitVector at = unit_vector(query);
  const std::size_t wanted = std::min(k, tree_->cloud.points.size()) + (leave_out >= 0 ? 1 : 0);
  std::vector<Found> found = tree_->nearest(at, wanted + 1);
  std::sort(found.begin(), found.end());
  const bool tie_at_end = found.size() > wanted && found[wanted - 1].squared_chord == found[wanted].squared_chord;
  if (tie_at_end) {
    found = tree_->within(at, found[wanted].squared_chord);
    std::sort(found.begin(), found.end());
  }
  std::vector<Neighbour> neighbours;
  neighbours.reserve(k);
  for (const Found& one : found) {
    if (neighbours.size() == k) break;
    if (leave_out >= 0 && one.index == static_cast<std::size_t>(leave_out)) continue;
    neighbours.push_back({one.index, metres(one.squared_chord)});
  }
  return neighbours;
}

NeighbourLevels neighbour_levels(const NeighbourIndex& training, const std::vector<double>& values,
                                 const std::vector<LonLat>& queries, const std::vector<std::int64_t>& leave_out,
                                 const std::vector<std::size_t>& neighbours) {
  assert(values.size() == training.size());
  assert(leave_out.empty() || leave_out.size() == queries.size());
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  NeighbourLevels result;
  result.levels.assign(neighbours.size(), std::vector<double>(queries.size(), kNone));
  result.reach = result.levels;
  if (neighbours.empty()) return result;
  const std::size_t most = *std::max_element(neighbours.begin(), neighbours.end());
  std::vector<double> sums(most + 1);
  for (std::size_t i = 0; i < queries.size(); ++i) {
    const std::vector<Neighbour> found = training.nearest(queries[i], most, leave_out.empty() ? -1 : leave_out[i]);
    for (std::size_t j = 0; j < found.size(); ++j) sums[j + 1] = sums[j] + values[found[j].index];
    for (std::size_t j = 0; j < neighbours.size(); ++j) {
      const std::size_t count = std::min(neighbours[j], found.size());
      if (count == 0) continue;
      result.levels[j][i] = sums[count] / static_cast<double>(count);
      result.reach[j][i] = found[count - 1].distance;
    }
  }
  return result;
}

}  // namespace valion::geo
