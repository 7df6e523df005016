#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "domain/geo/distance.hpp"
#include "domain/geo/neighbour_level.hpp"
#include "domain/geo/projection.hpp"

namespace valion::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr double kQuietNan = std::numeric_limits<double>::quiet_NaN();
constexpr LonLat kNowhere{kQuietNan, kQuietNan};
constexpr char kLucasCounty[] =
    "+proj=lcc +lat_0=39.6666666666667 +lon_0=-82.5 +lat_1=41.7 +lat_2=40.4333333333333 +x_0=600000 +y_0=0 "
    "+ellps=GRS80 "
    "+units=m +no_defs";

std::vector<std::size_t> indices(const std::vector<Neighbour>& neighbours) {
  std::vector<std::size_t> result;
  for (const Neighbour& neighbour : neighbours) result.push_back(neighbour.index);
  return result;
}

std::vector<std::size_t> by_brute_force(const std::vector<LonLat>& points, LonLat query, std::size_t k,
                                        std::int64_t leave_out) {
  std::vector<std::pair<double, std::size_t>> all;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double distance = great_circle_distance(points[i], query);
    if (std::isnan(distance) || static_cast<std::int64_t>(i) == leave_out) continue;
    all.emplace_back(distance, i);
  }
  std::sort(all.begin(), all.end());
  all.resize(std::min(k, all.size()));
  std::vector<std::size_t> result;
  for (const auto& [distance, index] : all) result.push_back(index);
  return result;
}

TEST(Neighbours, AreThoseOfASearchThroughAllSales) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> longitude(-83.9, -83.2);
  std::uniform_real_distribution<double> latitude(41.4, 41.8);
  std::vector<LonLat> sales(2000);
  for (LonLat& sale : sales) sale = {longitude(random), latitude(random)};
  const NeighbourIndex index(sales);
  for (std::size_t i = 0; i < 200; ++i) {
    const auto self = static_cast<std::int64_t>(i);
    EXPECT_EQ(indices(index.nearest(sales[i], 15, self)), by_brute_force(sales, sales[i], 15, self));
    const LonLat elsewhere{longitude(random), latitude(random)};
    const auto found = index.nearest(elsewhere, 7);
    EXPECT_EQ(indices(found), by_brute_force(sales, elsewhere, 7, -1));
    EXPECT_NEAR(found.back().distance, great_circle_distance(sales[found.back().index], elsewhere), 1e-6);
  }
}

TEST(Neighbours, AreFoundAcrossTheAntimeridianAndAtThePoles) {
  const NeighbourIndex fiji({{179.9, -17}, {-179.9, -17}, {179.0, -17}, {0, -17}});
  EXPECT_THAT(indices(fiji.nearest({-179.95, -17}, 3)), ElementsAre(1, 0, 2));
  EXPECT_NEAR(fiji.nearest({-179.95, -17}, 2)[1].distance, great_circle_distance({179.9, -17}, {-179.95, -17}), 1e-6);
  const NeighbourIndex arctic({{0, 89.9}, {180, 89.95}, {90, 80}});
  EXPECT_THAT(indices(arctic.nearest({45, 90}, 3)), ElementsAre(1, 0, 2));
  EXPECT_THAT(indices(arctic.nearest({0, 89.99}, 1)), ElementsAre(1))
      << "5.6 km beyond the pole is nearer than 10 km before it";
}

TEST(Neighbours, OfOneBuildingAreOrderedByIndex) {
  std::vector<LonLat> building(500, LonLat{-48.5, -27.6});
  building[100] = {-48.4, -27.6};
  const NeighbourIndex index(building);
  EXPECT_THAT(indices(index.nearest({-48.5, -27.6}, 4)), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(indices(index.nearest({-48.5, -27.6}, 4, 1)), ElementsAre(0, 2, 3, 4));
  EXPECT_EQ(index.nearest({-48.5, -27.6}, 499).back().index, 499U);
  EXPECT_EQ(index.nearest({-48.5, -27.6}, 499).back().distance, 0);
}

TEST(Neighbours, NeverIncludeTheSaleItselfOrSalesWithoutAPlace) {
  const std::vector<LonLat> sales{{-83.5, 41.6}, kNowhere, {-83.6, 41.6}, {-83.5, 41.7}};
  const NeighbourIndex index(sales);
  EXPECT_EQ(index.size(), 4U);
  for (std::int64_t i = 0; i < 4; ++i) {
    for (const Neighbour& neighbour : index.nearest(sales[static_cast<std::size_t>(i)], 10, i)) {
      EXPECT_NE(neighbour.index, static_cast<std::size_t>(i));
      EXPECT_NE(neighbour.index, 1U);
    }
  }
  EXPECT_THAT(indices(index.nearest(sales[0], 10, 0)), ElementsAre(2, 3)) << "fewer than k when there are fewer";
  EXPECT_THAT(index.nearest(kNowhere, 3), IsEmpty());
  EXPECT_THAT(index.nearest(sales[0], 0), IsEmpty());
  EXPECT_THAT(NeighbourIndex({}).nearest(sales[0], 3), IsEmpty());
  EXPECT_THAT(NeighbourIndex({kNowhere}).nearest(sales[0], 3), IsEmpty());
  EXPECT_THAT(NeighbourIndex({sales[0]}).nearest(sales[0], 3, 0), IsEmpty());
}

TEST(NeighbourLevels, AverageTheNearestSalesButNotItsOwn) {
  const std::vector<LonLat> sales{{0, 0}, {0.01, 0}, {0.021, 0}, {0.03, 0}};
  const std::vector<double> log_prices{11, 12, 13, 14};
  const NeighbourIndex index(sales);
  const NeighbourLevels own = neighbour_levels(index, log_prices, sales, {0, 1, 2, 3}, {1, 2, 9});
  EXPECT_THAT(own.levels[0], ElementsAre(12, 11, 14, 13));
  EXPECT_THAT(own.levels[1], ElementsAre(12.5, 12, 13, 12.5));
  EXPECT_DOUBLE_EQ(own.levels[2][0], 13) << "all three others";
  EXPECT_NEAR(own.reach[1][0], great_circle_distance(sales[0], sales[2]), 1e-6);

  const NeighbourLevels others = neighbour_levels(index, log_prices, {{0.011, 0}, kNowhere}, {}, {1});
  EXPECT_EQ(others.levels[0][0], 12);
  EXPECT_TRUE(std::isnan(others.levels[0][1]));
  EXPECT_TRUE(std::isnan(others.reach[0][1]));
  EXPECT_TRUE(std::isnan(neighbour_levels(NeighbourIndex({}), {}, {{0, 0}}, {}, {3}).levels[0][0]));
}

// Karney's example, and Vincenty's antipodal trouble.
TEST(Distance, IsGeodesicOnTheEllipsoid) {
  const LonLat jfk{-73.8, 40.6};
  const LonLat lhr{-0.5, 51.6};
  EXPECT_NEAR(geodesic_distance(jfk, lhr), 5551759.400, 0.001);
  EXPECT_NEAR(great_circle_distance(jfk, lhr) / geodesic_distance(jfk, lhr), 1, 0.006);
  EXPECT_NEAR(geodesic_distance({0, 0}, {0, 90}), 10001965.729, 0.001);
  EXPECT_NEAR(geodesic_distance({0, 0}, {179.5, 0.5}), 19936288.579, 0.001);
  EXPECT_EQ(geodesic_distance(jfk, jfk), 0);
  EXPECT_TRUE(std::isnan(geodesic_distance(jfk, kNowhere)));
  EXPECT_TRUE(std::isnan(great_circle_distance(kNowhere, jfk)));
}

// The first sale of Lucas County, published with six decimals of a degree before it was projected.
TEST(Projection, OfOhioNorthGivesTheDegreesBack) {
  auto projection = Projection::from_definition(kLucasCounty);
  ASSERT_TRUE(projection) << projection.error().message;
  const auto place = projection->to_lon_lat(484668.14496511203, 195270.34999429883);
  ASSERT_TRUE(place);
  EXPECT_NEAR(place->longitude, -83.879637, 1e-8);
  EXPECT_NEAR(place->latitude, 41.416896, 1e-8);
}

// Whatever the order of the CRS's own axes: EPSG:4326 itself is latitude first.
TEST(Projection, AlwaysGivesLongitudeThenLatitude) {
  auto utm = Projection::from_definition("EPSG:31982");
  ASSERT_TRUE(utm) << utm.error().message;
  EXPECT_THAT(utm->name(), HasSubstr("SIRGAS 2000"));
  const auto centre = utm->to_lon_lat(500000, 6945437.19);  // the central meridian of zone 22
  ASSERT_TRUE(centre);
  EXPECT_NEAR(centre->longitude, -51, 1e-9);
  const double along_the_meridian = (10000000 - 6945437.19) / 0.9996;
  EXPECT_NEAR(geodesic_distance({-51, 0}, *centre), along_the_meridian, 0.001);

  auto degrees = Projection::from_definition("EPSG:4326");
  ASSERT_TRUE(degrees);
  const auto ames = degrees->to_lon_lat(-93.62, 42.05);
  ASSERT_TRUE(ames);
  EXPECT_EQ(ames->longitude, -93.62);
  EXPECT_EQ(ames->latitude, 42.05);
  EXPECT_FALSE(degrees->to_lon_lat(42.05, -93.62)) << "swapped: no such latitude";
}

TEST(Projection, DoesNotPlaceWhatIsOutOfRange) {
  auto utm = Projection::from_definition("EPSG:31982");
  ASSERT_TRUE(utm);
  EXPECT_FALSE(utm->to_lon_lat(6945437, 741617)) << "swapped columns";
  EXPECT_FALSE(utm->to_lon_lat(kQuietNan, 6945437));
  EXPECT_FALSE(utm->to_lon_lat(1e300, 6945437));
  EXPECT_TRUE(utm->to_lon_lat(741617.34, 6945437.19));
  auto conic = Projection::from_definition(kLucasCounty);
  ASSERT_TRUE(conic);
  EXPECT_FALSE(conic->to_lon_lat(1e300, 1e300));
}

TEST(Projection, RefusesWhatIsNoCoordinateReferenceSystem) {
  const auto refusal = [](const std::string& definition) {
    const auto projection = Projection::from_definition(definition);
    if (projection) return std::string("accepted");
    EXPECT_EQ(projection.error().kind, ErrorKind::invalid) << definition;
    return projection.error().message;
  };
  EXPECT_THAT(refusal("EPSG:99999"), HasSubstr("EPSG:99999"));
  EXPECT_THAT(refusal("+proj=nonsense"), HasSubstr("+proj=nonsense"));
  EXPECT_THAT(refusal("somewhere"), HasSubstr("that PROJ knows"));
  EXPECT_THAT(refusal("EPSG:5703"), HasSubstr("no projected or geographic"));  // heights
  EXPECT_THAT(refusal("EPSG:4978"), HasSubstr("no projected or geographic"));  // geocentric
  EXPECT_THAT(refusal("+proj=pipeline +step +proj=utm +zone=22"), HasSubstr("pipeline"));
  EXPECT_THAT(refusal("+init=/etc/passwd:root"), HasSubstr("obsolete"));
  EXPECT_THAT(refusal("+proj=longlat +nadgrids=/etc/passwd"), HasSubstr("paths"));
  EXPECT_THAT(refusal(""), HasSubstr("empty"));
  EXPECT_THAT(refusal(std::string(100000, 'x')), HasSubstr("too long"));
  EXPECT_THAT(refusal(std::string("EPSG:4326\0x", 11)), HasSubstr("no text"));
}

}  // namespace
}  // namespace valion::geo
