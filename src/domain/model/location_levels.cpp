#include "domain/model/location_levels.hpp"

#include <algorithm>
#include <limits>
#include <thread>

namespace valion::model {

Neighbourhoods::Neighbourhoods(const geo::NeighbourIndex& training, const std::vector<geo::LonLat>& queries,
                               const std::vector<std::int64_t>& leave_out, std::size_t k, std::size_t threads)
    : k_(k), nearest_(queries.size() * k), counts_(queries.size()) {
  const auto find = [&](std::size_t first, std::size_t step) {
    for (std::size_t i = first; i < queries.size(); i += step) {
      const auto found = training.nearest(queries[i], k_, leave_out.empty() ? -1 : leave_out[i]);
      counts_[i] = static_cast<std::uint32_t>(found.size());
      std::transform(found.begin(), found.end(), nearest_.begin() + static_cast<std::ptrdiff_t>(i * k_),
                     [](const geo::Neighbour& n) { return static_cast<std::uint32_t>(n.index); });
    }
  };
  const std::size_t workers = queries.size() < 256 ? 1 : std::max<std::size_t>(threads, 1);
  std::vector<std::jthread> running;
  for (std::size_t worker = 1; worker < workers; ++worker) running.emplace_back(find, worker, workers);
  find(0, workers);
}

double Neighbourhoods::mean(std::size_t query, std::size_t k, const std::vector<double>& values) const {
  const std::size_t count = std::min<std::size_t>(k, counts_[query]);
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += values[nearest_[query * k_ + i]];
  return sum / static_cast<double>(count);
}

std::size_t LocationLevels::most() const noexcept {
  return neighbours.empty() ? 0 : *std::max_element(neighbours.begin(), neighbours.end());
}

}  // namespace valion::model
