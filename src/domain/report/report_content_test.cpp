#include "domain/report/report_content.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "domain/report/axis.hpp"

namespace valion::report {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pointwise;

std::vector<TestSale> sales_with_ratios(const std::vector<double>& ratios, double price = 100'000) {
  std::vector<TestSale> sales;
  for (const double ratio : ratios) sales.push_back({*Date::parse("1998-02-01"), price, price * ratio, 0, 1e9, {}});
  return sales;
}

ReportFacts smallest_facts() {
  ReportFacts facts;
  facts.statement.value = 110'000;
  facts.statement.span80 = {0.80, 90'000, 130'000};
  facts.statement.span95 = {0.95, 70'000, 160'000};
  facts.explanation.base_value = std::log(100'000.0);
  facts.explanation.eta = std::log(110'000.0);
  facts.explanation.effects = {{"area", "m2", 120.0, std::log(1.2)}, {"age", "", 30.0, std::log(1.1 / 1.2)}};
  facts.test_sales = sales_with_ratios({0.9, 1.0, 1.2});
  facts.model.test.n = 3;
  facts.model.test.mdape = 0.1;
  return facts;
}

TEST(Axes, HaveRoundTicks) {
  EXPECT_THAT(linear_axis(3, 97, 5).ticks, ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(linear_axis(0.1, 0.3, 4).ticks, Pointwise(DoubleNear(1e-12), {0.10, 0.15, 0.20, 0.25, 0.30}));
  EXPECT_THAT(log_axis(8'000, 600'000, 6).ticks, ElementsAre(10'000, 20'000, 50'000, 100'000, 200'000, 500'000));
  EXPECT_THAT(log_axis(90'000, 130'000, 4).ticks, ElementsAre(90'000, 100'000, 110'000, 120'000, 130'000));
  EXPECT_LE(log_axis(1e-6, 1e15, 6).ticks.size(), 8u);
}

TEST(Axes, SurviveDegenerateRanges) {
  EXPECT_GE(linear_axis(5, 5, 4).ticks.size(), 2u);
  EXPECT_GE(linear_axis(0, 0, 4).ticks.size(), 2u);
  EXPECT_GT(log_axis(100, 100, 4).upper, 100);
  EXPECT_DOUBLE_EQ(log_axis(10, 1000, 4).position(100), 0.5);
}

TEST(Histograms, CountWhatLiesOutside) {
  const Histogram histogram = bin(std::vector<double>{-1, 0, 0.5, 0.99, 1, 2}, 0, 0.5, 3);
  EXPECT_THAT(histogram.counts, ElementsAre(1, 2, 1));
  EXPECT_EQ(histogram.below, 1u);
  EXPECT_EQ(histogram.above, 1u);
}

TEST(Maps, KeepKilometresEqualInBothDirections) {
  const MapFrame frame = frame_around({-83.5, 41.6}, {{-83.4, 41.6}, {-83.5, 41.7}}, 2.0);
  EXPECT_NEAR(frame.offset_of({-83.4, 41.6}).east, 8315, 2);  // 0.1 degrees of longitude at 41.6 north
  EXPECT_NEAR(frame.offset_of({-83.5, 41.7}).north, 11'119.5, 1);
  EXPECT_DOUBLE_EQ(frame.half_width, 2 * frame.half_height);
  EXPECT_DOUBLE_EQ(frame.rings.front(), 5'000);
}

TEST(Maps, ShowASubjectWithoutNeighbours) {
  const MapFrame frame = frame_around({0, 0}, {}, 1.5);
  EXPECT_GE(frame.half_width, 100);
  EXPECT_FALSE(frame.rings.empty());
  EXPECT_GT(frame.scale_bar, 0);
}

TEST(RatioStandings, HoldTheEndsInside) {
  EXPECT_EQ(stand_of(1.10, kMedianRatioRange), Standing::inside);
  EXPECT_EQ(stand_of(1.101, kMedianRatioRange), Standing::above);
  EXPECT_EQ(stand_of(-0.051, kPrbRange), Standing::below);
  EXPECT_EQ(stand_of(18.6, kCodRange), Standing::above);
}

TEST(RatioGroups, AreQuartersInOrder) {
  auto sales = sales_with_ratios({1.0, 0.8});
  sales.push_back({*Date::parse("1997-12-31"), 50'000, 60'000, 55'000, 70'000, {}});
  const auto quarters = by_quarter(sales);
  ASSERT_EQ(quarters.size(), 2u);
  EXPECT_EQ(quarters[0].year * 10 + quarters[0].quarter, 19974);
  EXPECT_DOUBLE_EQ(quarters[0].median_ratio, 1.2);
  EXPECT_EQ(quarters[1].n, 2u);
  EXPECT_FALSE(quarters[1].cod);  // two sales are no study
}

TEST(RatioGroups, AreValueBandsOfEqualNumbers) {
  std::vector<TestSale> sales;
  for (int i = 1; i <= 100; ++i) sales.push_back({Date(), i * 1'000.0, i * 1'000.0 * (i % 2 ? 0.9 : 1.1), 0, 1e9, {}});
  const auto bands = by_value_band(sales, 5);
  ASSERT_EQ(bands.size(), 5u);
  for (const auto& band : bands) EXPECT_EQ(band.n, 20u);
  EXPECT_LT(bands[0].to, bands[1].from);
  EXPECT_NEAR(*bands[4].cod, 100 * 0.2 / 1.1 * 8 / 20, 1e-9);  // median 1.1; 8 of the 20 are at 0.9
  EXPECT_DOUBLE_EQ(*bands[0].coverage80, 1.0);
  EXPECT_EQ(by_value_band(sales_with_ratios({1, 1, 1}), 5).size(), 1u);
}

TEST(ReportContents, WalkFromTheBaseToTheValue) {
  const auto content = assemble(smallest_facts());
  ASSERT_TRUE(content) << content.error().message;
  EXPECT_NEAR(content->base_in_currency, 100'000, 1e-6);
  ASSERT_EQ(content->waterfall.size(), 2u);
  EXPECT_NEAR(content->waterfall[0].after, 120'000, 1e-6);
  EXPECT_NEAR(content->waterfall[1].factor, 1.1 / 1.2, 1e-12);
  EXPECT_NEAR(content->waterfall[1].after, 110'000, 1e-6);
  EXPECT_NEAR(content->ratios->median, 1.0, 1e-12);
}

TEST(ReportContents, FoldManySmallEffectsIntoTheLastStep) {
  ReportFacts facts = smallest_facts();
  facts.explanation.effects.clear();
  for (int i = 0; i < 40; ++i)
    facts.explanation.effects.push_back({"f" + std::to_string(i), "", 1.0, std::log(1.1) / 40});
  const auto content = assemble(std::move(facts));
  ASSERT_TRUE(content) << content.error().message;
  ASSERT_EQ(content->waterfall.size(), kMostWaterfallSteps);
  EXPECT_EQ(content->waterfall.back().effects.size(), 40 - kMostWaterfallSteps + 1);
  EXPECT_NEAR(content->waterfall.back().after, 110'000, 1e-6);
}

TEST(ReportContents, RefuseFiguresThatContradictEachOther) {
  ReportFacts unexplained = smallest_facts();
  unexplained.explanation.effects.pop_back();
  EXPECT_THAT(assemble(std::move(unexplained)).error().message, HasSubstr("contributions"));
  ReportFacts flattering = smallest_facts();
  flattering.model.test.mdape = 0.05;
  EXPECT_THAT(assemble(std::move(flattering)).error().message, HasSubstr("median absolute error"));
  ReportFacts fewer = smallest_facts();
  fewer.test_sales.pop_back();
  EXPECT_THAT(assemble(std::move(fewer)).error().message, HasSubstr("2 are listed"));
}

}  // namespace
}  // namespace valion::report
