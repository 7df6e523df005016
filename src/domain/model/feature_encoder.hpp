// Row-local features as numbers: each chosen column on its own, without looking at other rows' prices or places.
//
// Two views of the same features:
//   trees   one column a feature: numbers as they are, text as the rank of its level, NaN where missing or never seen
//   linear  numbers transformed, missing ones replaced by the training median with a 0/1 column beside that says so;
//           text as 0/1 columns, one per level but the most frequent; a level never seen counts as the most frequent one
// Everything fitted (medians, levels and their order) comes from the training rows that fit_encoder is given.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "domain/dataset/table.hpp"
#include "domain/model/model_spec.hpp"

namespace valion::model {

// One column of a design and the feature it belongs to, so that contributions can be added up by feature.
struct Term {
  std::string name;
  std::size_t feature = 0;
};

struct EncodedFeature {
  std::string column;
  dataset::ColumnType type = dataset::ColumnType::number;
  Transform transform = Transform::none;
  double fill = 0;             // training median on the transformed scale
  bool flags_missing = false;  // some training value is missing (or outside the transform's domain)
  std::vector<std::string>
      levels;                 // text: ascending by mean log price of the training sales (Fisher's order for splits)
  std::size_t reference = 0;  // text: the most frequent level
  double minimum = 0, maximum = 0;  // numbers and dates (years): range of the training values
};

struct FeatureEncoder {
  std::vector<EncodedFeature> features;

  [[nodiscard]] std::vector<Term> tree_terms() const;
  [[nodiscard]] std::vector<Term> linear_terms() const;
};

// `log_price` has one value per training row. Requires columns that check() accepts, and at least one row.
[[nodiscard]] FeatureEncoder fit_encoder(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                                         const std::vector<double>& log_price,
                                         const std::vector<FeatureChoice>& choices);

// Write the encoder's columns of the given rows: out[i * stride + column], column from 0 to the number of terms - 1.
// Tables need every column with the fitted type; their text levels may differ from those fitted. Cost O(rows · columns).
void encode_for_trees(const FeatureEncoder& encoder, const dataset::Table& table, const std::vector<std::size_t>& rows,
                      double* out, std::size_t stride);
void encode_for_linear(const FeatureEncoder& encoder, const dataset::Table& table, const std::vector<std::size_t>& rows,
                       double* out, std::size_t stride);

}  // namespace valion::model
