// The sales that speak most for a value: near, recent, alike. They do not enter the value (the model's trees have learnt
// from all sales); they let a reader check it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/cell.hpp"
#include "base/date.hpp"
#include "domain/dataset/table.hpp"
#include "domain/model/model_spec.hpp"
#include "domain/model/value_model.hpp"

namespace valion::model {

// Sales that may serve: all with a price of at least the training minimum. Plain values, so that it can be stored.
struct ComparablePool {
  dataset::Table sales;                      // features, place, date, identifier and target; no benchmark
  std::vector<std::int64_t> training_index;  // position among the model's training sales, or -1
  std::string target, date_column;
  std::optional<std::string> identifier;
  std::vector<double> weights;  // per feature of the encoder: mean |contribution|, sum 1 (all 0: none counts)
};

struct ComparableSale {
  std::int64_t row = 0;  // 1-based, of the imported file
  std::string identifier;
  Date date;
  double price = 0;
  double price_at_date = 0;   // price · exp(trend(reference date) - trend(sale date))
  double adjusted_price = 0;  // price · exp(eta(subject, reference date) - eta(sale, sale date))
  double distance = 0;        // metres, great circle; NaN when a place is unknown
  double similarity = 0;
  std::optional<double> longitude, latitude;
  Attributes attributes;  // the features' columns
};

// similarity = likeness · exp(-distance / reach) · exp(-years / 3), between 0 and 1, where
//   likeness  Gower's: weighted mean over the features of 1 - |difference| / training range (numbers, at least 0), or of
//             equality (text); a missing value is half alike
//   distance  between the places; reach: the distance of the 50th nearest sale that may serve (both leave the product when
//             there is no location)
//   years     between sale and reference date
// Only sales before the reference date; the 200 nearest are compared; most similar first, ties by row. Adjusting a
// training sale uses the model that learnt from it, so the adjusted prices scatter somewhat less than those of new sales.
[[nodiscard]] std::vector<ComparableSale> find_comparables(const ComparablePool& pool,
                                                           const geo::NeighbourIndex* pool_index,
                                                           const ValueModel& model, const dataset::Table& subject,
                                                           double subject_eta, Date reference_date, std::size_t count);

// Over the pool's places; null without a location.
[[nodiscard]] std::shared_ptr<const geo::NeighbourIndex> make_index(const ComparablePool& pool,
                                                                    const FittedFeatures& features);

[[nodiscard]] ComparablePool make_pool(const dataset::Table& table, const ModelSpec& spec,
                                       const std::vector<std::size_t>& training_rows,
                                       const std::vector<double>& feature_importance);

}  // namespace valion::model
