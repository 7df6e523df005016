// Everything that stands between a table and a design matrix, fitted on training sales only: encodings, the market trend,
// the places and price levels of the sales. One object serves all candidates of a fold; it also values a single subject.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "domain/dataset/table.hpp"
#include "domain/model/feature_encoder.hpp"
#include "domain/model/location_levels.hpp"
#include "domain/model/matrix.hpp"
#include "domain/model/model_spec.hpp"
#include "domain/model/regressor.hpp"
#include "domain/model/time_trend.hpp"

namespace valion::model {

// Plain values, so that it can be stored; prepare() makes the search tree that queries need.
struct FittedFeatures {
  FeatureEncoder encoder;
  TimeTrend trend;
  std::optional<LocationLevels> location;
  std::string longitude, latitude;  // column names, when there is a location
  std::string date_column;
  std::vector<double>
      typical_levels;  // per k: mean of the training sales' levels; stands in for none in linear designs

  // The features that contributions are told by: the chosen columns, then the place, then the price level around it (with
  // a location), then the sale date last.
  [[nodiscard]] std::vector<std::string> feature_names() const;
  [[nodiscard]] std::vector<Term> terms(DesignKind kind) const;  // one per column of that design
  [[nodiscard]] std::size_t place_feature() const noexcept { return encoder.features.size(); }
  [[nodiscard]] std::size_t level_feature() const noexcept { return encoder.features.size() + 1; }
  [[nodiscard]] std::size_t date_feature() const noexcept { return encoder.features.size() + (location ? 2 : 0); }
};

// Both designs of the same rows.
struct Designs {
  Matrix linear, tree;
  std::vector<double> years;                // sale time of each row; NaN where missing
  std::vector<double> trend;                // trend.at(years)
  std::vector<std::vector<double>> levels;  // per k
  [[nodiscard]] const Matrix& of(DesignKind kind) const noexcept { return kind == DesignKind::tree ? tree : linear; }
};

struct FittedTraining {
  FittedFeatures features;
  Designs designs;             // of the training rows, each sale left out of its own levels
  std::vector<double> target;  // log price moved to the trend's reference date: what regressors are fitted on
};

// Requires columns that check() accepts and at least two rows. `threads` for the neighbour search.
[[nodiscard]] FittedTraining fit_features(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                                          const ModelSpec& spec, std::size_t threads);

// A search tree for queries outside the training rows; null without a location.
[[nodiscard]] std::shared_ptr<const geo::NeighbourIndex> make_index(const FittedFeatures& features);

// `own` is empty when no row is a training sale, else holds for each row its position among the training sales, or -1: a
// training sale is left out of its own levels. `index` may be null without a location only.
[[nodiscard]] Designs make_designs(const FittedFeatures& features, const geo::NeighbourIndex* index,
                                   const dataset::Table& table, const std::vector<std::size_t>& rows,
                                   const std::vector<std::int64_t>& own, std::size_t threads);

}  // namespace valion::model
