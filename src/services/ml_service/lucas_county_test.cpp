// The promise about accuracy, on the real sales that ship with the repository, by the study file that `valion demo` runs.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "contracts/study_requests.hpp"
#include "domain/dataset/cleaning.hpp"
#include "domain/dataset/columns.hpp"
#include "domain/geo/distance.hpp"
#include "domain/geo/projection.hpp"
#include "domain/model/training.hpp"
#include "ingest/csv/csv.hpp"
#include "platform/json/described.hpp"
#include "services/ml_service/requests.hpp"

namespace valion::ml {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string folder() { return VALION_SOURCE_DIR "/examples/lucas_county/"; }

contracts::Study read_study() {
  std::ifstream file(folder() + "study.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::decode<contracts::Study>(text).value();
}

dataset::Table read_sales(const contracts::Study& study) {
  csv::CsvOptions options;
  options.target = study.data.target;
  for (const auto& column : study.data.columns)
    options.columns.push_back({column.name, column.type, column.unit, column.required});
  auto table = csv::read_csv(folder() + study.data.file, options).value().table;
  std::vector<dataset::CleaningRule> rules;
  for (const auto& rule : study.data.cleaning) {
    rules.push_back({rule.rule, rule.column, rule.values, rule.below, rule.above, rule.columns, rule.year, rule.month,
                     rule.day, rule.date, rule.into, rule.reason});
  }
  return dataset::clean(std::move(table), rules, study.data.target).value().table;
}

// What geospatial_service adds.
void add_location(dataset::Table& table, const contracts::StudyLocation& location) {
  auto projection = geo::Projection::from_definition(location.crs).value();
  dataset::NumberValues longitude, latitude, distance;
  const auto& x = table.find(location.x)->numbers();
  const auto& y = table.find(location.y)->numbers();
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const auto place = projection.to_lon_lat(x[i], y[i]);
    longitude.push_back(place ? place->longitude : kMissing);
    latitude.push_back(place ? place->latitude : kMissing);
    distance.push_back(place ? geo::great_circle_distance({location.centre.longitude, location.centre.latitude}, *place)
                             : kMissing);
  }
  ASSERT_TRUE(dataset::add_column(table, {"longitude", "deg", std::move(longitude)}).has_value());
  ASSERT_TRUE(dataset::add_column(table, {"latitude", "deg", std::move(latitude)}).has_value());
  ASSERT_TRUE(dataset::add_column(table, {"distance_to_centre", "m", std::move(distance)}).has_value());
}

void print(const char* what, const model::Evaluation& e) {
  std::printf(
      "%-22s n %lld  MdAPE %.2f %%  PPE10 %.1f %%  PPE20 %.1f %%  median %.3f  COD %.1f  PRD %.3f  PRB %.3f  R2 %.3f  "
      "cover %.3f %.3f\n",
      what, static_cast<long long>(e.n), 100 * e.mdape, 100 * e.ppe10, 100 * e.ppe20, e.median_ratio, e.cod, e.prd,
      e.prb, e.r2, e.coverage80.value_or(kMissing), e.coverage95.value_or(kMissing));
}

TEST(LucasCounty, beats_the_county_on_1998_having_seen_only_sales_to_1997) {
  const auto study = read_study();
  auto table = read_sales(study);
  ASSERT_NO_FATAL_FAILURE(add_location(table, study.location));
  const auto spec = to_spec(contracts::training_request(study, Hash{})).value();
  const auto start = std::chrono::steady_clock::now();
  const auto outcome = model::train(table, spec, {});
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  std::printf("trained in %.1f s\n", std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());

  const auto& trained = outcome->model;
  for (const auto& candidate : trained.candidates) {
    print((candidate.model + " cv").c_str(), candidate.cross_validation);
    print((candidate.model + " 1998").c_str(), candidate.test);
  }
  print("champion, trimmed", trained.test_trimmed);
  print("county", *trained.benchmark);
  print("county, rescaled", *trained.benchmark_rescaled);

  EXPECT_EQ(trained.champion, "xgboost");
  EXPECT_EQ(trained.n_test, 4378);
  EXPECT_LT(trained.test.mdape, 0.12);
  EXPECT_NEAR(trained.test.median_ratio, 1, 0.02);
  EXPECT_GE(*trained.test.coverage80, 0.76);
  EXPECT_LE(*trained.test.coverage80, 0.84);
  EXPECT_EQ(trained.test_trimmed.n, 4263);
  EXPECT_LT(trained.candidates[0].test.mdape, 0.159);  // OLS with a neighbour level, the known floor
  EXPECT_NEAR(trained.benchmark->mdape, 0.184, 0.0005);
  EXPECT_NEAR(trained.benchmark_rescaled->mdape, 0.131, 0.0005);
  EXPECT_NEAR(trained.benchmark->cod, 16.3, 0.1);
  EXPECT_NEAR(trained.benchmark->prd, 1.012, 0.001);
  EXPECT_LE(trained.additivity_error, 1e-6);
}

}  // namespace
}  // namespace valion::ml
