// The price level around a place: mean log prices, moved to one date by the market trend, of the k nearest training sales.
// A training sale never counts in its own level; a sale outside the training rows never counts in anybody's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "domain/geo/neighbour_level.hpp"

namespace valion::model {

// The k nearest training sales of each of some places, found once and then averaged over as often as needed.
class Neighbourhoods {
 public:
  // `leave_out` holds for each query its own training sale, or -1. `threads` >= 1. Cost O(queries · k · log n) / threads.
  Neighbourhoods(const geo::NeighbourIndex& training, const std::vector<geo::LonLat>& queries,
                 const std::vector<std::int64_t>& leave_out, std::size_t k, std::size_t threads);
  // Mean of `values` (one per training sale) over the k nearest of query i; NaN without place or neighbours.
  [[nodiscard]] double mean(std::size_t query, std::size_t k, const std::vector<double>& values) const;
  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }

 private:
  std::size_t k_ = 0;
  std::vector<std::uint32_t> nearest_;  // k_ slots a query
  std::vector<std::uint32_t> counts_;
};

// What a fitted model keeps of its training sales' places. Plain values, so that it can be stored; index() rebuilds the tree.
struct LocationLevels {
  std::vector<geo::LonLat> points;
  std::vector<double> levels;           // log price moved to the trend's reference date
  std::vector<std::size_t> neighbours;  // each k, as chosen
  double reference_latitude = 0;        // median of the training sales: gives both axes one scale

  [[nodiscard]] std::size_t most() const noexcept;  // the largest k, 0 when none
};

}  // namespace valion::model
