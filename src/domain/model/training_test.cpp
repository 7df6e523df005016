#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "domain/model/conformal.hpp"
#include "domain/model/cross_validation.hpp"
#include "domain/model/sale_split.hpp"
#include "domain/model/synthetic_market.hpp"
#include "domain/model/time_trend.hpp"
#include "domain/model/training.hpp"
#include "domain/model/valuation.hpp"

namespace valion::model {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMarketTrend;
using testing::make_market;
using testing::make_spec;

TrainingOutcome train_or_die(const dataset::Table& table, const ModelSpec& spec) {
  TrainingOptions options;
  options.threads = 1;
  auto outcome = train(table, spec, options);
  if (!outcome) throw std::runtime_error(outcome.error().message);
  return std::move(*outcome);
}

ModelSpec boosted_spec() {
  auto spec = make_spec({"xgboost"});
  spec.folds = 2;
  return spec;
}

// Each trained once: xgboost takes a second or two even on little data.
const TrainedModel& boosted() {
  static const TrainingOutcome outcome = train_or_die(make_market(), boosted_spec());
  return outcome.model;
}
const TrainedModel& linear() {
  static const TrainingOutcome outcome = train_or_die(make_market(), make_spec({"ols", "elastic_net"}));
  return outcome.model;
}

std::map<std::string, std::string> violations_of(const ModelSpec& spec) {
  std::map<std::string, std::string> messages;
  const auto checked = check(spec, make_market());
  if (checked) return messages;
  EXPECT_EQ(checked.error().kind, ErrorKind::invalid);
  for (const auto& violation : checked.error().violations) messages[violation.pointer] = violation.message;
  return messages;
}

std::vector<double>& prices_of(dataset::Table& table) {
  for (auto& column : table.columns) {
    if (column.name == "price") return std::get<dataset::NumberValues>(column.values);
  }
  throw std::logic_error("the market has prices");
}

TEST(Check, refuses_every_leak_and_says_why) {
  auto spec = make_spec();
  spec.features = {
      {"price", Transform::none}, {"assessed", Transform::none}, {"id", Transform::none}, {"area", Transform::log}};
  const auto found = violations_of(spec);
  EXPECT_THAT(found.at("/features/0/column"), HasSubstr("target"));
  EXPECT_THAT(found.at("/features/1/column"), HasSubstr("leak the price"));
  EXPECT_THAT(found.at("/features/2/column"), HasSubstr("identifies a property"));
  EXPECT_EQ(found.size(), 3U);
}

TEST(Check, names_everything_wrong_at_once) {
  auto spec = make_spec({"ols", "oracle", "ols"});
  spec.target = "finish";
  spec.features = {
      {"rooms", Transform::none}, {"finish", Transform::log}, {"area", Transform::none}, {"area", Transform::log}};
  spec.location = LocationChoice{"longitude", "north", {0, 5}};
  spec.split.calibration_from = *Date::parse("1999-01-01");
  spec.split.test_from = *Date::parse("1997-06-01");
  spec.folds = 1;
  std::vector<std::string> pointers;
  for (const auto& [pointer, message] : violations_of(spec)) pointers.push_back(pointer);
  EXPECT_THAT(pointers,
              ElementsAre("/features/0/column", "/features/1/column", "/features/1/transform", "/features/3/column",
                          "/folds", "/location/latitude", "/location/neighbours/0", "/models/1", "/models/2",
                          "/split/calibration_from", "/split/test_from", "/target"));
}

TEST(Check, wants_sales_in_every_period) {
  auto spec = make_spec();
  spec.split.test_from = *Date::parse("2005-01-01");
  spec.split.calibration_from = *Date::parse("1993-01-02");
  const auto found = violations_of(spec);
  EXPECT_THAT(found.at("/split/test_from"), HasSubstr("only 0 sales"));
  EXPECT_THAT(found.at("/split/calibration_from"), HasSubstr("can train the calibrating model"));
}

TEST(SaleSplit, cheap_sales_do_not_train_but_calibrate_and_test) {
  auto table = make_market({.sales = 60, .noise = 0.1, .seed = 3});
  std::fill(prices_of(table).begin(), prices_of(table).end(), 500.0);  // under the minimum of 1000
  const auto parts = split_sales(table, make_spec());
  EXPECT_THAT(parts.training, IsEmpty());
  EXPECT_FALSE(parts.calibration.empty());
  EXPECT_FALSE(parts.test.empty());
}

TEST(TimeTrend, finds_the_markets_movement_despite_sales_between_relatives) {
  auto table = make_market();
  for (std::size_t i = 0; i < table.rows(); i += 12) prices_of(table)[i] *= 0.2;
  const auto rows = split_sales(table, make_spec()).training;
  const auto fitted = fit_features(table, rows, make_spec(), 1);
  EXPECT_NEAR(fitted.features.trend.per_year, kMarketTrend, 0.01);
}

TEST(Training, every_model_comes_near_the_markets_noise_without_level_bias) {
  for (const auto* model : {&linear(), &boosted()}) {
    for (const auto& candidate : model->candidates) {
      EXPECT_LT(candidate.cross_validation.mdape, 0.10) << candidate.model;  // noise of 0.10 leaves 0.067 at best
      EXPECT_LT(candidate.test.mdape, 0.11) << candidate.model;
      EXPECT_NEAR(candidate.test.median_ratio, 1, 0.04) << candidate.model;  // in a rising market
    }
    EXPECT_LE(model->additivity_error, 1e-12);
  }
}

TEST(Training, the_champion_is_the_best_in_cross_validation) {
  const auto& candidates = linear().candidates;
  const bool ols_is_better = candidates[0].cross_validation.mdape <= candidates[1].cross_validation.mdape;
  EXPECT_EQ(linear().champion, ols_is_better ? "ols" : "elastic_net");
}

TEST(Training, compares_with_the_benchmark_raw_and_at_the_level_of_the_calibration_period) {
  EXPECT_NEAR(linear().benchmark->median_ratio, 0.8, 1e-3);
  EXPECT_NEAR(linear().benchmark_rescaled->median_ratio, 1, 1e-3);
}

TEST(Training, repeats_itself) {
  const auto again = train_or_die(make_market(), boosted_spec());
  EXPECT_EQ(again.model.test_rows.estimate, boosted().test_rows.estimate);
}

TEST(Training, linear_models_find_the_markets_rules) {
  const auto coefficients = linear().candidates[0].coefficients;
  const auto line = [&](const std::string& term) {
    return *std::find_if(coefficients.begin(), coefficients.end(),
                         [&](const Coefficient& c) { return c.term == term; });
  };
  EXPECT_NEAR(line("log(area)").estimate, 0.8, 0.03);
  EXPECT_LT(*line("log(area)").p, 1e-12);
  EXPECT_NEAR(line("age").estimate, -0.004, 0.0006);
  EXPECT_NEAR(line("sale_date (per year)").estimate, kMarketTrend, 0.008);
}

TEST(Training, says_how_far_it_is_and_can_be_cancelled) {
  TrainingOptions options;
  std::vector<double> shares;
  options.progress = [&](double share, const std::string&) { shares.push_back(share); };
  ASSERT_TRUE(train(make_market({.sales = 400, .noise = 0.1, .seed = 5}), make_spec({"ols"}), options).has_value());
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_DOUBLE_EQ(shares.back(), 1);
  options.cancelled = [] { return true; };
  const auto cancelled = train(make_market(), make_spec({"xgboost"}), options);
  ASSERT_FALSE(cancelled.has_value());
  EXPECT_EQ(cancelled.error().kind, ErrorKind::cancelled);
}

// The honesty of the figures: nothing of the test period's prices may reach the model.
TEST(Training, prices_of_the_test_period_change_no_prediction) {
  auto table = make_market();
  const auto before = train_or_die(table, make_spec());
  for (const auto row : split_sales(table, make_spec()).test) prices_of(table)[row] *= 3;
  const auto after = train_or_die(table, make_spec());
  EXPECT_EQ(before.model.test_rows.estimate, after.model.test_rows.estimate);
  EXPECT_EQ(before.model.test_rows.upper80, after.model.test_rows.upper80);
  EXPECT_EQ(before.model.candidates[0].cross_validation.mdape, after.model.candidates[0].cross_validation.mdape);
}

TEST(Features, a_sales_own_price_is_in_none_of_its_features) {
  auto table = make_market();
  const auto spec = make_spec();
  const auto rows = split_sales(table, spec).training;
  const auto before = fit_features(table, rows, spec, 1);
  prices_of(table)[rows[10]] *= 1.5;
  const auto after = fit_features(table, rows, spec, 1);
  // The trend, which all share, moves a little with every price; the level without it must not.
  const auto raw = [&](const FittedTraining& fitted, std::size_t k) {
    std::vector<std::vector<double>> near;
    const geo::NeighbourIndex index(fitted.features.location->points);
    double sum = 0, count = 0;
    for (const auto& n : index.nearest(fitted.features.location->points[10], spec.location->neighbours[k], 10)) {
      sum += fitted.features.trend.at(fitted.designs.years[n.index]);
      count += 1;
    }
    return fitted.designs.levels[k][10] + sum / count;
  };
  EXPECT_NEAR(raw(before, 0), raw(after, 0), 1e-12);
  EXPECT_NEAR(raw(before, 1), raw(after, 1), 1e-12);
}

TEST(Features, held_out_sales_are_in_nobodys_features) {
  auto table = make_market();
  const auto spec = make_spec();
  auto rows = split_sales(table, spec).training;
  const std::vector<std::size_t> held(rows.end() - 40, rows.end());
  rows.resize(rows.size() - 40);
  const auto before = fit_features(table, rows, spec, 1);
  for (const auto row : held) prices_of(table)[row] *= 2;
  const auto after = fit_features(table, rows, spec, 1);
  EXPECT_EQ(before.designs.linear.values, after.designs.linear.values);
  EXPECT_EQ(before.target, after.target);
  const auto index = make_index(after.features);
  const auto of = [&](const FittedTraining& fitted) {
    return make_designs(fitted.features, index.get(), table, held, {}, 1).linear.values;
  };
  EXPECT_EQ(of(before), of(after));
}

TEST(Features, a_level_never_seen_is_missing_for_trees_and_typical_for_linear_models) {
  const auto table = make_market();
  const auto spec = make_spec();
  const auto fitted = fit_features(table, split_sales(table, spec).training, spec, 1);
  const auto& finish = fitted.features.encoder.features[2];
  EXPECT_THAT(finish.levels, ElementsAre("plain", "good", "fine"));  // by price
  const auto subject =
      subject_table({{"finish", std::string("golden")}}, schema_of(table), "sale_date", *Date::parse("1998-01-01"));
  const auto designs = make_designs(fitted.features, make_index(fitted.features).get(), *subject, {0}, {}, 1);
  EXPECT_TRUE(std::isnan(designs.tree.row(0)[2]));
  EXPECT_EQ(designs.linear.row(0)[2] + designs.linear.row(0)[3], 0);
}

TEST(Conformal, covers_new_sales_as_promised_in_every_band) {
  stats::Random random(11);
  const auto draw = [&](std::size_t n, std::vector<double>& eta, std::vector<double>& log_price) {
    for (std::size_t i = 0; i < n; ++i) {
      eta.push_back(10 + 3 * random.uniform());
      const double spread = eta.back() < 11 ? 0.4 : 0.1;  // cheap properties scatter more
      log_price.push_back(eta.back() + spread * testing::normal(random));
    }
  };
  std::vector<double> eta, log_price, new_eta, new_price;
  draw(2000, eta, log_price);
  const auto intervals = calibrate(eta, log_price);
  ASSERT_EQ(intervals.bands.size(), 5U);
  draw(20000, new_eta, new_price);
  std::map<double, std::pair<double, double>> inside;
  for (std::size_t i = 0; i < new_eta.size(); ++i) {
    const auto& band = intervals.band_of(new_eta[i]);
    const double off = new_price[i] - new_eta[i];
    inside[band.from_eta].first += off >= band.lower[0] && off <= band.upper[0] ? 1 : 0;
    inside[band.from_eta].second += 1;
  }
  for (const auto& [from, share] : inside) EXPECT_NEAR(share.first / share.second, 0.80, 0.05) << from;
  EXPECT_GT(intervals.bands.front().upper[0], 3 * intervals.bands.back().upper[0]);
}

TEST(Conformal, few_sales_give_finite_intervals_around_the_value) {
  const auto intervals = calibrate({10, 11, 12}, {10.2, 11.3, 12.1});  // all above their predictions
  const auto& band = intervals.band_of(11);
  EXPECT_EQ(band.lower[1], 0);
  EXPECT_NEAR(band.upper[1], 0.3, 1e-12);
}

Attributes a_house() {
  return {{"area", 150.0}, {"age", 20.0},        {"finish", std::string("good")},
          {"lot", 500.0},  {"longitude", -83.5}, {"latitude", 41.67}};
}

PropertyValue value_or_die(const TrainedModel& model, const Attributes& subject, const char* date) {
  auto value = value_property(model, subject, *Date::parse(date), 6);
  if (!value) throw std::runtime_error(value.error().message);
  return std::move(*value);
}

TEST(Valuation, is_near_the_markets_rule_and_inside_its_intervals) {
  const auto value = value_or_die(boosted(), a_house(), "1998-07-01");
  const double rule = std::exp(7 + 0.8 * std::log(150) - 0.004 * 20 + 0.12 + 2.5 * 0.1 + kMarketTrend * 5.5);
  EXPECT_NEAR(value.value / rule, 1, 0.10);
  for (const auto& interval : value.intervals) {
    EXPECT_LT(interval.lower, value.value);
    EXPECT_GT(interval.upper, value.value);
  }
  EXPECT_LE(value.intervals[1].lower, value.intervals[0].lower);
  EXPECT_GE(value.intervals[1].upper, value.intervals[0].upper);
  EXPECT_THAT(value.warnings, IsEmpty());
}

TEST(Valuation, contributions_add_up_and_come_largest_first) {
  const auto value = value_or_die(boosted(), a_house(), "1998-07-01");
  double sum = value.base_value;
  for (const auto& c : value.contributions) sum += c.contribution;
  EXPECT_NEAR(sum, value.eta, 1e-9);
  EXPECT_TRUE(std::is_sorted(value.contributions.begin(), value.contributions.end(), [](const auto& a, const auto& b) {
    return std::abs(a.contribution) > std::abs(b.contribution);
  }));
}

TEST(Valuation, moves_with_the_market_in_time_and_only_the_date_says_so) {
  const auto now = value_or_die(boosted(), a_house(), "1998-01-01"),
             later = value_or_die(boosted(), a_house(), "1998-12-31");
  const auto date_part = [](const PropertyValue& value) {
    return std::find_if(value.contributions.begin(), value.contributions.end(),
                        [](const auto& c) { return c.feature == "sale_date"; })
        ->contribution;
  };
  EXPECT_NEAR(std::log(later.value / now.value), kMarketTrend, 0.01);
  EXPECT_NEAR(later.eta - now.eta, date_part(later) - date_part(now), 1e-12);
}

TEST(Valuation, comparables_are_earlier_sales_moved_to_the_subject) {
  const auto value = value_or_die(boosted(), a_house(), "1997-07-01");
  ASSERT_EQ(value.comparables.size(), 6U);
  double last = 1;
  for (const auto& sale : value.comparables) {
    EXPECT_LT(sale.date, *Date::parse("1997-07-01"));
    EXPECT_GE(sale.price_at_date, sale.price);  // the market rose
    EXPECT_NEAR(sale.adjusted_price / value.value, 1, 0.45);
    EXPECT_LE(sale.similarity, last);
    EXPECT_FALSE(sale.identifier.empty());
    EXPECT_EQ(sale.attributes.count("assessed"), 0U);
    last = sale.similarity;
  }
}

TEST(Valuation, warns_of_everything_the_model_has_not_seen) {
  auto subject = a_house();
  subject["area"] = 900.0;
  subject["finish"] = std::string("golden");
  subject.erase("lot");
  subject["latitude"] = 43.0;
  const auto warnings = value_or_die(boosted(), subject, "2003-01-01").warnings;
  EXPECT_THAT(warnings,
              ElementsAre(HasSubstr("area: 900 lies above"), HasSubstr("no training sale has «golden»"),
                          HasSubstr("lot is not known"), HasSubstr("km away"), HasSubstr("more than a year after")));
}

TEST(Valuation, refuses_a_subject_that_does_not_fit_with_every_violation) {
  const auto refused = value_property(boosted(), {{"area", std::string("big")}, {"pool", true}, {"finish", 3.0}},
                                      *Date::parse("1998-01-01"), 6);
  ASSERT_FALSE(refused.has_value());
  std::vector<std::string> pointers;
  for (const auto& violation : refused.error().violations) pointers.push_back(violation.pointer);
  EXPECT_THAT(pointers, ElementsAre("/subject/area", "/subject/finish", "/subject/pool"));
}

}  // namespace
}  // namespace valion::model
