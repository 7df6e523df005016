#include "services/geospatial_service/enrichment.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace valion::geospatial {
namespace {

using ::testing::HasSubstr;

constexpr double kQuietNan = std::numeric_limits<double>::quiet_NaN();
const contracts::Centre kToledo{"Downtown Toledo", -83.5379, 41.6528};
const std::string kOhioNorth =
    "+proj=lcc +lat_0=39.6666666666667 +lon_0=-82.5 +lat_1=41.7 +lat_2=40.4333333333333 +x_0=600000 +y_0=0 "
    "+ellps=GRS80 "
    "+units=m +no_defs";

dataset::Table sales_table(dataset::NumberValues x, dataset::NumberValues y) {
  dataset::Table table;
  for (std::size_t row = 0; row < x.size(); ++row) table.row_numbers.push_back(static_cast<std::int64_t>(row) + 1);
  table.columns.push_back({"x", "m", std::move(x)});
  table.columns.push_back({"y", "m", std::move(y)});
  return table;
}

contracts::EnrichmentRequest toledo_request() {
  contracts::EnrichmentRequest request;
  request.crs = kOhioNorth;
  request.x = "x";
  request.y = "y";
  request.centre = kToledo;
  return request;
}

std::vector<std::string> pointers(const Error& error) {
  std::vector<std::string> result;
  for (const Violation& violation : error.violations) result.push_back(violation.pointer);
  return result;
}

TEST(LocateRows, AddsPlaceAndDistanceToTheCentre) {
  const auto located = locate_rows(
      sales_table({484668.14496511203, 513546.1347545321, kQuietNan}, {195270.34999429883, 221072.3479601778, 195270}),
      toledo_request());
  ASSERT_TRUE(located) << located.error().message;
  const auto& longitude = located->table.find("longitude")->numbers();
  const auto& latitude = located->table.find("latitude")->numbers();
  const auto& distance = located->table.find("distance_to_centre")->numbers();
  EXPECT_NEAR(longitude[0], -83.879637, 1e-8);
  EXPECT_NEAR(latitude[0], 41.416896, 1e-8);
  EXPECT_NEAR(distance[0], 38702, 100);
  EXPECT_NEAR(distance[1], 0, 0.01) << "the centre itself";
  EXPECT_TRUE(std::isnan(longitude[2]) && std::isnan(latitude[2]) && std::isnan(distance[2]));
  EXPECT_EQ(located->result.located, 2);
  EXPECT_EQ(located->result.not_located, 1);
  EXPECT_NEAR(located->result.west, -83.879637, 1e-8);
  EXPECT_NEAR(located->result.east, -83.5379, 1e-8);
  EXPECT_NEAR(located->result.median_distance_to_centre, distance[0] / 2, 0.01);
  EXPECT_EQ(located->table.find("distance_to_centre")->unit, "m");
  EXPECT_THAT(located->note, HasSubstr("Downtown Toledo"));
}

TEST(LocateRows, ReplacesOlderLocationColumnsAndSaysSo) {
  auto request = toledo_request();
  request.crs = "EPSG:4326";
  request.x = "longitude";
  request.y = "latitude";
  dataset::Table table = sales_table({1}, {2});
  table.columns.push_back({"longitude", "", dataset::NumberValues{-83.6}});
  table.columns.push_back({"latitude", "", dataset::NumberValues{41.7}});
  const auto located = locate_rows(table, request);
  ASSERT_TRUE(located) << located.error().message;
  EXPECT_EQ(located->table.columns.size(), 5U);
  EXPECT_EQ(located->table.find("longitude")->numbers()[0], -83.6);
  EXPECT_THAT(located->note, HasSubstr("replaces longitude, latitude"));
}

TEST(LocateRows, NamesEverythingThatIsWrongAtOnce) {
  auto request = toledo_request();
  request.crs = "EPSG:99999";
  request.y = "northing";
  request.centre.latitude = 141;
  const auto located = locate_rows(sales_table({1}, {2}), request);
  ASSERT_FALSE(located);
  EXPECT_EQ(located.error().kind, ErrorKind::invalid);
  EXPECT_THAT(pointers(located.error()), ::testing::UnorderedElementsAre("/crs", "/y", "/centre/latitude"));
}

TEST(LocateRows, RefusesACrsThatPlacesNothing) {
  auto request = toledo_request();
  request.crs = "EPSG:4326";
  const auto located = locate_rows(sales_table({484668}, {195270}), request);
  ASSERT_FALSE(located);
  EXPECT_THAT(located.error().violations.at(0).message, HasSubstr("none of the 1 rows"));
}

TEST(LocateProperty, GivesTheSameMeasures) {
  const auto location = locate_property({kOhioNorth, 484668.14496511203, 195270.34999429883, kToledo});
  ASSERT_TRUE(location) << location.error().message;
  EXPECT_NEAR(location->longitude, -83.879637, 1e-8);
  EXPECT_NEAR(location->distance_to_centre, 38702, 100);
  EXPECT_FALSE(locate_property({"EPSG:4326", 484668, 195270, kToledo}));
  EXPECT_FALSE(locate_property({"nowhere", 1, 2, kToledo}));
}

// Two streets, 1 km apart; prices go by the street. Sales after the training period, cheap ones and unplaced ones are silent.
dataset::Table two_streets() {
  dataset::Table table;
  dataset::NumberValues longitude, latitude, price;
  dataset::DateValues date;
  for (int house = 0; house < 10; ++house) {
    const bool dear = house % 2 == 1;
    longitude.push_back(-83.6 + house * 0.0001);
    latitude.push_back(dear ? 41.61 : 41.6);
    price.push_back(dear ? 200000 + house : 100000 + house);
    date.days.push_back(10000);
    table.row_numbers.push_back(house + 1);
  }
  const auto silent = [&](double x, double amount, std::int32_t day) {
    longitude.push_back(x);
    latitude.push_back(41.6);
    price.push_back(amount);
    date.days.push_back(day);
    table.row_numbers.push_back(static_cast<std::int64_t>(price.size()));
  };
  silent(-83.6, 9e9, 10001);
  silent(-83.6, 500, 10000);
  silent(kQuietNan, 9e9, 10000);
  silent(-83.6, kQuietNan, 10000);
  silent(-83.6, 9e9, dataset::kMissingDate);
  table.columns.push_back({"price", "", price});
  table.columns.push_back({"sold", "", date});
  table.columns.push_back({"longitude", "", longitude});
  table.columns.push_back({"latitude", "", latitude});
  return table;
}

contracts::NeighbourLevelRequest street_request() {
  contracts::NeighbourLevelRequest request;
  request.target = "price";
  request.date = "sold";
  request.train_to = Date(10000);
  request.minimum_target = 1000;
  request.neighbours = {1, 3};
  return request;
}

TEST(PreviewLevels, ShowsHowWellNeighboursTellThePrice) {
  const auto preview = preview_levels(two_streets(), street_request());
  ASSERT_TRUE(preview) << preview.error().message;
  EXPECT_EQ(preview->training_sales, 10);
  ASSERT_EQ(preview->levels.size(), 2U);
  EXPECT_EQ(preview->levels[1].neighbours, 3);
  EXPECT_GT(preview->levels[0].correlation_with_log_target, 0.999);
  EXPECT_GT(preview->levels[1].correlation_with_log_target, 0.999);
  EXPECT_NEAR(preview->levels[0].median_reach, 16.6, 0.2) << "two house numbers on";
}

TEST(PreviewLevels, RefusesTablesThatAreNotLocatedAndOddNeighbourhoods) {
  auto request = street_request();
  request.neighbours = {0, 5000};
  request.date = "price";
  const auto odd = preview_levels(two_streets(), request);
  ASSERT_FALSE(odd);
  EXPECT_THAT(pointers(odd.error()), ::testing::UnorderedElementsAre("/date", "/neighbours/0", "/neighbours/1"));

  const auto not_located = preview_levels(sales_table({1, 2}, {1, 2}), street_request());
  ASSERT_FALSE(not_located);
  EXPECT_THAT(pointers(not_located.error()),
              ::testing::UnorderedElementsAre("/target", "/date", "/version", "/version"));

  request = street_request();
  request.train_to = Date(9000);
  EXPECT_THAT(preview_levels(two_streets(), request).error().message, HasSubstr("at least 3 located sales"));
}

}  // namespace
}  // namespace valion::geospatial
