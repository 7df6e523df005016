#include "domain/model/feature_encoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "domain/stats/descriptive.hpp"

namespace valion::model {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kDaysPerYear = 365.2425;

double transformed(double value, Transform transform) {
  switch (transform) {
    case Transform::none: return value;
    case Transform::log: return value > 0 ? std::log(value) : kMissing;
    case Transform::sqrt: return value >= 0 ? std::sqrt(value) : kMissing;
    case Transform::square: return value * value;
  }
  return value;
}

// Numbers as they are, dates as years; NaN where missing.
double plain_number(const dataset::Column& column, std::size_t row) {
  if (column.type() == dataset::ColumnType::number) return column.numbers()[row];
  const auto day = column.dates().days[row];
  return day == dataset::kMissingDate ? kMissing : day / kDaysPerYear;
}

void fit_number(EncodedFeature& feature, const dataset::Column& column, const std::vector<std::size_t>& rows) {
  std::vector<double> known;
  feature.minimum = std::numeric_limits<double>::infinity();
  feature.maximum = -feature.minimum;
  for (const auto row : rows) {
    const double plain = plain_number(column, row);
    if (!std::isnan(plain)) {
      feature.minimum = std::min(feature.minimum, plain);
      feature.maximum = std::max(feature.maximum, plain);
    }
    const double value = transformed(plain, feature.transform);
    if (!std::isnan(value)) known.push_back(value);
  }
  if (feature.minimum > feature.maximum) feature.minimum = feature.maximum = kMissing;
  feature.flags_missing = known.size() < rows.size() && !known.empty();
  feature.fill = known.empty() ? 0 : stats::median(std::move(known));
}

void fit_text(EncodedFeature& feature, const dataset::Column& column, const std::vector<std::size_t>& rows,
              const std::vector<double>& log_price) {
  const auto& texts = column.texts();
  std::vector<double> sum(texts.levels.size());
  std::vector<std::size_t> count(texts.levels.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto code = texts.codes[rows[i]];
    if (code == dataset::kMissingCode) continue;
    sum[static_cast<std::size_t>(code)] += log_price[i];
    ++count[static_cast<std::size_t>(code)];
  }
  std::vector<std::size_t> seen;
  for (std::size_t level = 0; level < count.size(); ++level) {
    if (count[level] > 0) seen.push_back(level);
  }
  std::sort(seen.begin(), seen.end(), [&](std::size_t a, std::size_t b) {
    const double mean_a = sum[a] / static_cast<double>(count[a]), mean_b = sum[b] / static_cast<double>(count[b]);
    return mean_a != mean_b ? mean_a < mean_b : texts.levels[a] < texts.levels[b];
  });
  const std::size_t known = std::accumulate(count.begin(), count.end(), std::size_t{0});
  feature.flags_missing = known < rows.size() && known > 0;
  for (const auto level : seen) {
    if (!feature.levels.empty() && count[level] > count[seen[feature.reference]])
      feature.reference = feature.levels.size();
    feature.levels.push_back(texts.levels[level]);
  }
}

// From a table's own level codes to the fitted ranks; -1 for a level never seen.
std::vector<std::ptrdiff_t> ranks_of(const dataset::TextValues& texts, const EncodedFeature& feature) {
  std::vector<std::ptrdiff_t> ranks;
  for (const auto& level : texts.levels) {
    const auto found = std::find(feature.levels.begin(), feature.levels.end(), level);
    ranks.push_back(found == feature.levels.end() ? -1 : found - feature.levels.begin());
  }
  return ranks;
}

std::size_t linear_width(const EncodedFeature& feature) {
  const std::size_t values =
      feature.type == dataset::ColumnType::text ? (feature.levels.empty() ? 0 : feature.levels.size() - 1) : 1;
  return values + (feature.flags_missing ? 1 : 0);
}

std::string transformed_name(const EncodedFeature& feature) {
  if (feature.transform == Transform::none) return feature.column;
  return std::string(name_of(feature.transform)) + "(" + feature.column + ")";
}

void encode_linear_number(const EncodedFeature& feature, const dataset::Column& column,
                          const std::vector<std::size_t>& rows, double* out, std::size_t stride) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double value = transformed(plain_number(column, rows[i]), feature.transform);
    const bool missing = std::isnan(value);
    out[i * stride] = missing ? feature.fill : value;
    if (feature.flags_missing) out[i * stride + 1] = missing ? 1 : 0;
  }
}

void encode_linear_text(const EncodedFeature& feature, const dataset::Column& column,
                        const std::vector<std::size_t>& rows, double* out, std::size_t stride) {
  const auto ranks = ranks_of(column.texts(), feature);
  const std::size_t width = linear_width(feature);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double* cells = out + i * stride;
    std::fill(cells, cells + width, 0.0);
    const auto code = column.texts().codes[rows[i]];
    if (code == dataset::kMissingCode) {
      if (feature.flags_missing) cells[width - 1] = 1;
      continue;
    }
    const auto rank = ranks[static_cast<std::size_t>(code)];
    if (rank < 0 || static_cast<std::size_t>(rank) == feature.reference) continue;
    cells[static_cast<std::size_t>(rank) - (static_cast<std::size_t>(rank) > feature.reference ? 1 : 0)] = 1;
  }
}

}  // namespace

std::vector<Term> FeatureEncoder::tree_terms() const {
  std::vector<Term> terms;
  for (std::size_t f = 0; f < features.size(); ++f) terms.push_back({features[f].column, f});
  return terms;
}

std::vector<Term> FeatureEncoder::linear_terms() const {
  std::vector<Term> terms;
  for (std::size_t f = 0; f < features.size(); ++f) {
    const auto& feature = features[f];
    if (feature.type == dataset::ColumnType::text) {
      for (std::size_t level = 0; level < feature.levels.size(); ++level) {
        if (level != feature.reference) terms.push_back({feature.column + " = " + feature.levels[level], f});
      }
    } else {
      terms.push_back({transformed_name(feature), f});
    }
    if (feature.flags_missing) terms.push_back({feature.column + " unknown", f});
  }
  return terms;
}

FeatureEncoder fit_encoder(const dataset::Table& table, const std::vector<std::size_t>& training_rows,
                           const std::vector<double>& log_price, const std::vector<FeatureChoice>& choices) {
  FeatureEncoder encoder;
  for (const auto& choice : choices) {
    const dataset::Column& column = *table.find(choice.column);
    EncodedFeature feature;
    feature.column = choice.column;
    feature.type = column.type();
    feature.transform = choice.transform;
    if (feature.type == dataset::ColumnType::text) {
      fit_text(feature, column, training_rows, log_price);
    } else {
      fit_number(feature, column, training_rows);
    }
    encoder.features.push_back(std::move(feature));
  }
  return encoder;
}

void encode_for_trees(const FeatureEncoder& encoder, const dataset::Table& table, const std::vector<std::size_t>& rows,
                      double* out, std::size_t stride) {
  for (std::size_t f = 0; f < encoder.features.size(); ++f) {
    const auto& feature = encoder.features[f];
    const dataset::Column& column = *table.find(feature.column);
    if (feature.type != dataset::ColumnType::text) {
      for (std::size_t i = 0; i < rows.size(); ++i) out[i * stride + f] = plain_number(column, rows[i]);
      continue;
    }
    const auto ranks = ranks_of(column.texts(), feature);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto code = column.texts().codes[rows[i]];
      const std::ptrdiff_t rank = code == dataset::kMissingCode ? -1 : ranks[static_cast<std::size_t>(code)];
      out[i * stride + f] = rank < 0 ? kMissing : static_cast<double>(rank);
    }
  }
}

void encode_for_linear(const FeatureEncoder& encoder, const dataset::Table& table, const std::vector<std::size_t>& rows,
                       double* out, std::size_t stride) {
  std::size_t offset = 0;
  for (const auto& feature : encoder.features) {
    const dataset::Column& column = *table.find(feature.column);
    if (feature.type == dataset::ColumnType::text) {
      encode_linear_text(feature, column, rows, out + offset, stride);
    } else {
      encode_linear_number(feature, column, rows, out + offset, stride);
    }
    offset += linear_width(feature);
  }
}

}  // namespace valion::model
