// Spatial price level: the mean log price of the k nearest training sales. A pure function of (training rows, query rows),
// so that a model can compute it inside each fold: nothing of a held-out sale ever reaches its own features.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/geo/coordinates.hpp"

namespace valion::geo {

struct Neighbour {
  std::size_t index = 0;  // into the training rows
  double distance = 0;    // metres along the great circle (distance.hpp)
};

// Nearest sales on the sphere (points as unit vectors in a k-d tree: the right metric at any latitude). Built once,
// then read-only and thread-safe. Points that are not finite are never found. Cost: build O(n log n), query O(k log n).
class NeighbourIndex {
 public:
  explicit NeighbourIndex(std::vector<LonLat> points);
  ~NeighbourIndex();
  NeighbourIndex(NeighbourIndex&&) noexcept;
  NeighbourIndex& operator=(NeighbourIndex&&) noexcept;
  // Nearest first; fewer than k when there are fewer points; ties broken by index. `leave_out` is skipped (a sale's own row).
  [[nodiscard]] std::vector<Neighbour> nearest(LonLat query, std::size_t k, std::int64_t leave_out = -1) const;
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

// levels[j][i]: mean of `values` over the neighbours[j] nearest training points of query i. `leave_out` is empty, or holds
// for each query its own training row (-1: none). NaN where the query has no location or there is no training sale.
struct NeighbourLevels {
  std::vector<std::vector<double>> levels;  // one vector per k
  std::vector<std::vector<double>> reach;   // metres to the farthest of the k
};
[[nodiscard]] NeighbourLevels neighbour_levels(const NeighbourIndex& training, const std::vector<double>& values,
                                               const std::vector<LonLat>& queries,
                                               const std::vector<std::int64_t>& leave_out,
                                               const std::vector<std::size_t>& neighbours);

}  // namespace valion::geo
