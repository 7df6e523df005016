#include "domain/model/comparables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>
#include <utility>

namespace valion::model {
namespace {

constexpr std::size_t kCompared = 200;
constexpr std::size_t kReachNeighbours = 50;
constexpr double kFadingYears = 3;
constexpr double kDaysPerYear = 365.2425;

double number_at(const dataset::Column& column, std::size_t row) {
  if (column.type() == dataset::ColumnType::number) return column.numbers()[row];
  const auto day = column.dates().days[row];
  return day == dataset::kMissingDate ? std::numeric_limits<double>::quiet_NaN() : day / kDaysPerYear;
}

double likeness_of(const EncodedFeature& feature, const dataset::Column& subject, const dataset::Column& sale,
                   std::size_t row) {
  if (subject.missing(0) || sale.missing(row)) return 0.5;
  if (feature.type == dataset::ColumnType::text) {
    const auto& a = subject.texts();
    const auto& b = sale.texts();
    return a.levels[static_cast<std::size_t>(a.codes[0])] == b.levels[static_cast<std::size_t>(b.codes[row])] ? 1 : 0;
  }
  const double difference = std::abs(number_at(subject, 0) - number_at(sale, row));
  const double range = feature.maximum - feature.minimum;
  if (!(range > 0)) return difference == 0 ? 1 : 0;
  return std::max(0.0, 1 - difference / range);
}

double likeness(const ComparablePool& pool, const FittedFeatures& features, const dataset::Table& subject,
                std::size_t row) {
  double sum = 0, weight = 0;
  for (std::size_t f = 0; f < features.encoder.features.size(); ++f) {
    const auto& feature = features.encoder.features[f];
    sum += pool.weights[f] * likeness_of(feature, *subject.find(feature.column), *pool.sales.find(feature.column), row);
    weight += pool.weights[f];
  }
  return weight > 0 ? sum / weight : 1;
}

struct Candidate {
  std::size_t row = 0;
  double distance = std::numeric_limits<double>::quiet_NaN();
  double similarity = 0;
};

bool sold_before(const ComparablePool& pool, std::size_t row, Date date) {
  return pool.sales.find(pool.date_column)->dates().days[row] < date.days();
}

// The nearest sales before the date; all of them when places do not tell.
std::vector<Candidate> candidates_of(const ComparablePool& pool, const geo::NeighbourIndex* index,
                                     const FittedFeatures& features, const dataset::Table& subject, Date date) {
  std::vector<Candidate> candidates;
  if (index != nullptr) {
    const geo::LonLat place{subject.find(features.longitude)->numbers()[0],
                            subject.find(features.latitude)->numbers()[0]};
    if (std::isfinite(place.longitude) && std::isfinite(place.latitude)) {
      // Later sales are found too and then left out, so the search widens until enough earlier ones are in it.
      for (std::size_t k = kCompared;; k *= 4) {
        candidates.clear();
        const auto near = index->nearest(place, k);
        for (const auto& n : near) {
          if (candidates.size() < kCompared && sold_before(pool, n.index, date))
            candidates.push_back({n.index, n.distance, 0});
        }
        if (candidates.size() == kCompared || near.size() < k) return candidates;
      }
    }
  }
  for (std::size_t row = 0; row < pool.sales.rows(); ++row) {
    if (sold_before(pool, row, date)) candidates.push_back({row, std::numeric_limits<double>::quiet_NaN(), 0});
  }
  return candidates;
}

void rank(std::vector<Candidate>& candidates, const ComparablePool& pool, const FittedFeatures& features,
          const dataset::Table& subject, Date date) {
  const auto& days = pool.sales.find(pool.date_column)->dates().days;
  const double reach = candidates.empty() ? 0 : candidates[std::min(kReachNeighbours, candidates.size()) - 1].distance;
  for (auto& candidate : candidates) {
    candidate.similarity = likeness(pool, features, subject, candidate.row) *
                           std::exp(-std::abs(date.days() - days[candidate.row]) / kDaysPerYear / kFadingYears);
    if (std::isfinite(candidate.distance) && reach > 0) candidate.similarity *= std::exp(-candidate.distance / reach);
  }
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    return a.similarity != b.similarity ? a.similarity > b.similarity : a.row < b.row;
  });
}

std::string text_of(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr) return {};
  if (*number == std::floor(*number) && std::abs(*number) < 1e15)
    return std::to_string(static_cast<std::int64_t>(*number));
  return std::to_string(*number);
}

ComparableSale describe(const ComparablePool& pool, const FittedFeatures& features, const Candidate& candidate) {
  ComparableSale sale;
  sale.row = pool.sales.row_numbers[candidate.row];
  if (pool.identifier) sale.identifier = text_of(pool.sales.find(*pool.identifier)->cell(candidate.row));
  sale.date = Date(pool.sales.find(pool.date_column)->dates().days[candidate.row]);
  sale.price = pool.sales.find(pool.target)->numbers()[candidate.row];
  sale.distance = candidate.distance;
  sale.similarity = candidate.similarity;
  for (const auto& feature : features.encoder.features) {
    sale.attributes[feature.column] = pool.sales.find(feature.column)->cell(candidate.row);
  }
  if (!features.location) return sale;
  const double longitude = pool.sales.find(features.longitude)->numbers()[candidate.row];
  const double latitude = pool.sales.find(features.latitude)->numbers()[candidate.row];
  if (std::isfinite(longitude) && std::isfinite(latitude)) {
    sale.longitude = longitude;
    sale.latitude = latitude;
  }
  return sale;
}

}  // namespace

std::vector<ComparableSale> find_comparables(const ComparablePool& pool, const geo::NeighbourIndex* pool_index,
                                             const ValueModel& model, const dataset::Table& subject, double subject_eta,
                                             Date reference_date, std::size_t count) {
  auto candidates = candidates_of(pool, pool_index, model.features, subject, reference_date);
  rank(candidates, pool, model.features, subject, reference_date);
  candidates.resize(std::min(count, candidates.size()));
  std::vector<std::size_t> rows;
  std::vector<std::int64_t> own;
  for (const auto& candidate : candidates) {
    rows.push_back(candidate.row);
    own.push_back(pool.training_index[candidate.row]);
  }
  const auto eta = predict_eta(model, pool.sales, rows, own);
  std::vector<ComparableSale> sales;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    auto sale = describe(pool, model.features, candidates[i]);
    const auto& trend = model.features.trend;
    sale.price_at_date = sale.price * std::exp(trend.at(reference_date) - trend.at(sale.date));
    sale.adjusted_price = sale.price * std::exp(subject_eta - eta[i]);
    sales.push_back(std::move(sale));
  }
  return sales;
}

std::shared_ptr<const geo::NeighbourIndex> make_index(const ComparablePool& pool, const FittedFeatures& features) {
  if (!features.location) return nullptr;
  const auto& longitude = pool.sales.find(features.longitude)->numbers();
  const auto& latitude = pool.sales.find(features.latitude)->numbers();
  std::vector<geo::LonLat> places(pool.sales.rows());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = {longitude[i], latitude[i]};
  return std::make_shared<const geo::NeighbourIndex>(std::move(places));
}

ComparablePool make_pool(const dataset::Table& table, const ModelSpec& spec,
                         const std::vector<std::size_t>& training_rows, const std::vector<double>& feature_importance) {
  ComparablePool pool;
  pool.target = spec.target;
  pool.date_column = spec.split.date_column;
  pool.identifier = spec.identifier;
  const double total = std::accumulate(feature_importance.begin(), feature_importance.end(), 0.0);
  for (const double value : feature_importance) pool.weights.push_back(total > 0 ? value / total : 0);

  std::set<std::string> wanted{spec.target, spec.split.date_column};
  if (spec.identifier) wanted.insert(*spec.identifier);
  if (spec.location) wanted.insert({spec.location->longitude, spec.location->latitude});
  for (const auto& feature : spec.features) wanted.insert(feature.column);

  const auto& price = table.find(spec.target)->numbers();
  const auto& days = table.find(spec.split.date_column)->dates().days;
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (price[row] > 0 && price[row] >= spec.split.train_minimum_target.value_or(0) &&
        days[row] != dataset::kMissingDate) {
      rows.push_back(row);
    }
  }
  dataset::Table kept;
  for (const auto& column : table.columns) {
    if (wanted.contains(column.name)) kept.columns.push_back(column);
  }
  kept.row_numbers = table.row_numbers;
  pool.sales = kept.select(rows);

  std::map<std::size_t, std::int64_t> position;
  for (std::size_t i = 0; i < training_rows.size(); ++i) position[training_rows[i]] = static_cast<std::int64_t>(i);
  for (const auto row : rows) {
    const auto found = position.find(row);
    pool.training_index.push_back(found == position.end() ? -1 : found->second);
  }
  return pool;
}

}  // namespace valion::model
