#include "services/ml_service/model_codec.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/format_number.hpp"
#include "platform/json/described.hpp"
#include "services/ml_service/binary_archive.hpp"
#include "services/ml_service/requests.hpp"

namespace valion::geo {
BOOST_DESCRIBE_STRUCT(LonLat, (), (longitude, latitude))
}  // namespace valion::geo

namespace valion::dataset {
BOOST_DESCRIBE_STRUCT(TextValues, (), (codes, levels))
BOOST_DESCRIBE_STRUCT(DateValues, (), (days))
BOOST_DESCRIBE_STRUCT(Column, (), (name, unit, values))
BOOST_DESCRIBE_STRUCT(Table, (), (columns, row_numbers))
}  // namespace valion::dataset

namespace valion::model {
BOOST_DESCRIBE_STRUCT(ColumnKind, (), (name, unit, type))
BOOST_DESCRIBE_STRUCT(EncodedFeature, (),
                      (column, type, transform, fill, flags_missing, levels, reference, minimum, maximum))
BOOST_DESCRIBE_STRUCT(FeatureEncoder, (), (features))
BOOST_DESCRIBE_STRUCT(TimeTrend, (), (per_year, standard_error, reference_year))
BOOST_DESCRIBE_STRUCT(LocationLevels, (), (points, levels, neighbours, reference_latitude))
BOOST_DESCRIBE_STRUCT(FittedFeatures, (), (encoder, trend, location, longitude, latitude, date_column, typical_levels))
BOOST_DESCRIBE_STRUCT(LinearModel, (), (intercept, coefficients, means, standard_errors, degrees_of_freedom))
BOOST_DESCRIBE_STRUCT(TreeNode, (), (feature, left, right, missing_left, value, cover))
BOOST_DESCRIBE_STRUCT(TreeEnsemble, (), (base_score, features, nodes, roots))
BOOST_DESCRIBE_STRUCT(ValueModel, (), (features, kind, predictor, median_shift))
BOOST_DESCRIBE_STRUCT(IntervalBand, (), (from_eta, sales, lower, upper))
BOOST_DESCRIBE_STRUCT(ConformalIntervals, (), (bands))
BOOST_DESCRIBE_STRUCT(TrainingPeriod, (), (first, last))
BOOST_DESCRIBE_STRUCT(ComparablePool, (), (sales, training_index, target, date_column, identifier, weights))
BOOST_DESCRIBE_STRUCT(Evaluation, (),
                      (n, mdape, mape, ppe10, ppe20, median_ratio, cod, prd, prb, r2, coverage80, coverage95))
BOOST_DESCRIBE_STRUCT(Coefficient, (), (term, estimate, standard_error, t, p))
BOOST_DESCRIBE_STRUCT(CandidateEvaluation, (), (model, cross_validation, test, coefficients, notes))
BOOST_DESCRIBE_STRUCT(ImportanceEntry, (), (feature, mean_absolute_contribution))
BOOST_DESCRIBE_STRUCT(TestRows, (), (dates, price, estimate, lower80, upper80, benchmark))
// Not the spec, which follows from the request, and not the search trees, which follow from the places.
BOOST_DESCRIBE_STRUCT(TrainedModel, (),
                      (schema, champion, candidates, model, intervals, period, pool, test, test_trimmed, benchmark,
                       benchmark_rescaled, test_rows, importance, additivity_error, n_train, n_test))
}  // namespace valion::model

namespace valion::ml {
namespace {

// What the bytes begin with: «valion.model.», the number of the format, a line feed.
constexpr std::string_view kName = "valion.model.";
constexpr std::int64_t kFormat = 1;

Result<void> check_beginning(std::string_view text) {
  std::int64_t number = 0;
  const bool ours = text.starts_with(kName) && text.ends_with('\n');
  const char* begin = text.data() + std::min(kName.size(), text.size());
  const char* end = text.data() + text.size() - (ours ? 1 : 0);
  const auto read = std::from_chars(begin, std::max(begin, end), number);
  if (!ours || read.ec != std::errc{} || read.ptr != end) {
    return fail(ErrorKind::malformed, "these bytes are not a stored model");
  }
  return check_format("the stored model", number, kFormat);
}

bool table_is_whole(const dataset::Table& table) {
  return std::all_of(table.columns.begin(), table.columns.end(), [&](const dataset::Column& column) {
    if (column.size() != table.rows()) return false;
    const auto* texts = std::get_if<dataset::TextValues>(&column.values);
    return texts == nullptr || std::all_of(texts->codes.begin(), texts->codes.end(), [&](std::int32_t code) {
             return code >= dataset::kMissingCode && code < static_cast<std::int32_t>(texts->levels.size());
           });
  });
}

// The columns that valuing reads exist with the types it reads them as.
bool columns_are_there(const model::TrainedModel& trained) {
  const auto& features = trained.model.features;
  const auto has = [&](const std::string& name, dataset::ColumnType type) {
    const auto* column = trained.pool.sales.find(name);
    const bool in_schema =
        std::any_of(trained.schema.begin(), trained.schema.end(),
                    [&](const model::ColumnKind& kind) { return kind.name == name && kind.type == type; });
    return in_schema && column != nullptr && column->type() == type;
  };
  for (const auto& feature : features.encoder.features) {
    if (!has(feature.column, feature.type)) return false;
    if (feature.type == dataset::ColumnType::text && feature.reference > 0 &&
        feature.reference >= feature.levels.size())
      return false;
  }
  if (trained.pool.identifier && trained.pool.sales.find(*trained.pool.identifier) == nullptr) return false;
  if (!has(features.date_column, dataset::ColumnType::date) || features.date_column != trained.pool.date_column)
    return false;
  if (!has(trained.pool.target, dataset::ColumnType::number)) return false;
  return !features.location ||
         (has(features.longitude, dataset::ColumnType::number) && has(features.latitude, dataset::ColumnType::number));
}

bool predictor_fits(const model::ValueModel& value_model) {
  const std::size_t columns = value_model.features.terms(value_model.kind).size();
  if (const auto* trees = std::get_if<model::TreeEnsemble>(&value_model.predictor)) {
    return value_model.kind == model::DesignKind::tree && trees->features == columns && trees->well_formed();
  }
  const auto& linear = std::get<model::LinearModel>(value_model.predictor);
  return value_model.kind == model::DesignKind::linear && linear.coefficients.size() == columns &&
         linear.means.size() == columns;
}

bool location_is_whole(const model::FittedFeatures& features, const std::vector<std::int64_t>& training_index) {
  const auto sales = features.location ? static_cast<std::int64_t>(features.location->points.size()) : std::int64_t{0};
  if (!features.location) return true;
  if (features.location->levels.size() != features.location->points.size() || features.location->neighbours.empty())
    return false;
  if (features.typical_levels.size() != features.location->neighbours.size()) return false;
  return std::all_of(training_index.begin(), training_index.end(),
                     [&](std::int64_t i) { return i >= -1 && i < sales; });
}

bool consistent(const model::TrainedModel& trained) {
  return table_is_whole(trained.pool.sales) && columns_are_there(trained) && predictor_fits(trained.model) &&
         !trained.intervals.bands.empty() && trained.pool.training_index.size() == trained.pool.sales.rows() &&
         trained.pool.weights.size() == trained.model.features.encoder.features.size() &&
         location_is_whole(trained.model.features, trained.pool.training_index);
}

}  // namespace

std::string encode_model(const StoredModel& stored) {
  ArchiveWriter writer;
  writer.write(std::string(kName) + std::to_string(kFormat) + "\n");
  writer.write(json::encode(stored.request));
  writer.write(stored.engine);
  writer.write(stored.trained);
  return writer.take();
}

Result<StoredModel> decode_model(std::string_view bytes) {
  ArchiveReader reader(bytes);
  std::string format, request;
  StoredModel stored;
  reader.read(format);
  if (reader.failed()) return fail(ErrorKind::malformed, "these bytes are not a stored model");
  VALION_TRY(check_beginning(format));
  reader.read(request);
  reader.read(stored.engine);
  reader.read(stored.trained);
  if (!reader.complete() || !consistent(stored.trained))
    return fail(ErrorKind::malformed, "the stored model is damaged; train it again");
  VALION_TRY_ASSIGN(stored.request, json::decode<contracts::TrainingRequest>(request));
  VALION_TRY_ASSIGN(stored.trained.spec, to_spec(stored.request));
  stored.trained.model.index = model::make_index(stored.trained.model.features);
  stored.trained.pool_index = model::make_index(stored.trained.pool, stored.trained.model.features);
  return stored;
}

}  // namespace valion::ml
