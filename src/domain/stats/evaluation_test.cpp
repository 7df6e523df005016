#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "domain/stats/accuracy.hpp"
#include "domain/stats/conformal.hpp"
#include "domain/stats/descriptive.hpp"
#include "domain/stats/published_data.hpp"
#include "domain/stats/random.hpp"
#include "domain/stats/ratio_study.hpp"

namespace valion::stats {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr double kQuietNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Descriptive, SummarisesPlainNumbers) {
  const std::vector<double> values{2, 4, 4, 4, 5, 5, 7, 9};
  EXPECT_DOUBLE_EQ(mean(values), 5);
  EXPECT_DOUBLE_EQ(variance(values), 32.0 / 7);
  EXPECT_DOUBLE_EQ(median(values), 4.5);
  EXPECT_DOUBLE_EQ(quantile(values, 0), 2);
  EXPECT_DOUBLE_EQ(quantile(values, 1), 9);
  EXPECT_DOUBLE_EQ(quantile({10, 1, 2, 4}, 0.1), 1.3);  // R: quantile(c(10, 1, 2, 4), 0.1)
  EXPECT_DOUBLE_EQ(quantile_of_sorted(std::vector<double>{1, 2, 4, 10}, 0.1), 1.3);
  EXPECT_DOUBLE_EQ(variance(std::vector<double>{1e9 + 1, 1e9 + 2, 1e9 + 3}), 1);
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_TRUE(std::isnan(median({1, kQuietNan, 2})));
  EXPECT_TRUE(std::isnan(variance(std::vector<double>{3})));
}

TEST(Descriptive, CorrelatesAndRanks) {
  const std::vector<double> area{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(pearson(area, std::vector<double>{2, 4, 6, 8}), 1);
  EXPECT_DOUBLE_EQ(pearson(area, std::vector<double>{8, 6, 4, 2}), -1);
  EXPECT_NEAR(pearson(area, std::vector<double>{1, 3, 2, 4}), 0.8, 1e-15);
  EXPECT_TRUE(std::isnan(pearson(area, std::vector<double>{5, 5, 5, 5})));
  EXPECT_THAT(ranks(std::vector<double>{30, 10, 20, 20}), ElementsAre(4, 1, 2.5, 2.5));
}

struct PublishedStudy {
  const char* file;
  const char* estimates;
  const char* prices;
  RatioStudy expected;  // recomputed in R from the published tables; the publication prints three digits of them
};

void PrintTo(const PublishedStudy& study, std::ostream* out) { *out << study.file; }

RatioStudy expected(std::size_t n, double median, double mean, double weighted, double cod, double cov, double prd,
                    double prb, double prb_se, double lower, double upper, double prb_p, double mki, double ki) {
  RatioStudy study;
  study.n = n;
  study.median = median;
  study.mean = mean;
  study.weighted_mean = weighted;
  study.cod = cod;
  study.cov = cov;
  study.prd = prd;
  study.prb = prb;
  study.prb_standard_error = prb_se;
  study.prb_lower = lower;
  study.prb_upper = upper;
  study.prb_p = prb_p;
  study.mki = mki;
  study.ki = ki;
  return study;
}

class RatioStudies : public ::testing::TestWithParam<PublishedStudy> {};

TEST_P(RatioStudies, AgreeWithThePublishedTables) {
  VALION_SKIP_WITHOUT(data, GetParam().file);
  const auto study = study_ratios(data->at(GetParam().estimates), data->at(GetParam().prices));
  ASSERT_TRUE(study) << study.error().message;
  const RatioStudy& published = GetParam().expected;
  EXPECT_EQ(study->n, published.n);
  EXPECT_NEAR(study->median, published.median, 1e-11);
  EXPECT_NEAR(study->mean, published.mean, 1e-11);
  EXPECT_NEAR(study->weighted_mean, published.weighted_mean, 1e-11);
  EXPECT_NEAR(study->cod, published.cod, 1e-9);
  EXPECT_NEAR(study->cov, published.cov, 1e-9);
  EXPECT_NEAR(study->prd, published.prd, 1e-11);
  EXPECT_NEAR(study->prb, published.prb, 1e-10);
  EXPECT_NEAR(study->prb_standard_error, published.prb_standard_error, 1e-10);
  EXPECT_NEAR(study->prb_lower, published.prb_lower, 1e-10);
  EXPECT_NEAR(study->prb_upper, published.prb_upper, 1e-10);
  EXPECT_NEAR(study->prb_p, published.prb_p, 1e-9);
  EXPECT_NEAR(study->mki, published.mki, 1e-11);
  EXPECT_NEAR(study->ki, published.ki, 1e-11);
}

INSTANTIATE_TEST_SUITE_P(
    Iaao, RatioStudies,
    ::testing::Values(
        PublishedStudy{
            "iaao_tables/iaao_table_1_1.csv", "estimate", "sale_price",
            expected(36, 0.863913233621971, 0.899578283890986, 0.914851864743658, 29.8177141171686, 32.9683140599156,
                     0.983304859025509, 0.232261278516779, 0.0771451862090425, 0.0754833974231593, 0.389039159610398,
                     0.00488800255958017, 1.14261010972309, 0.029691824694518)},
        PublishedStudy{"iaao_tables/iaao_table_1_4.csv", "estimate", "sale_price",
                       expected(17, 0.82, 0.827167645891072, 0.846998638125502, 14.5238023398804, 17.3099229102645,
                                0.976586748382125, 0.135490275029553, 0.0575434097263075, 0.0128394005184554,
                                0.258141149540651, 0.0325869914354708, 1.14020460144311, 0.0313097277493514)},
        PublishedStudy{
            "iaao_tables/iaao_table_d_1.csv", "estimate", "sale_price",
            expected(25, 0.909821428571429, 0.903127351910642, 0.879466509095513, 7.50739750736448, 9.13227563607057,
                     1.02690363142931, -0.119837455764042, 0.0253830743876346, -0.172346345771856, -0.0673285657562293,
                     9.327124370138536e-05, 0.837970408625307, -0.0364532865745406)},
        PublishedStudy{"iaao_tables/iaao_table_d_2.csv", "estimate", "sale_price",
                       expected(16, 1, 0.984375, 0.932352941176471, 7.8125, 10.4456826914312, 1.05579652996845,
                                -0.0108504492990424, 0.0208795659894411, -0.055632664482697, 0.0339317658846123,
                                0.611413231021809, 0.917079765660207, -0.0362776025236593)},
        PublishedStudy{
            "ccao_ratios_sample/ratios_sample.csv", "assessed", "sale_price",
            expected(979, 0.98294545454, 1.00050782066681, 0.954301258462221, 17.8145690119689, 28.5402254741421,
                     1.04841926152235, 0.00247578742783663, 0.00841806696256902, -0.014043785612607, 0.0189953604682802,
                     0.768740880878349, 0.911457024105702, -0.0359924905988994)}));

TEST(RatioStudy, OfPerfectEstimatesHasNoDispersion) {
  const std::vector<double> prices{100, 200, 300, 400};
  const auto study = study_ratios(prices, prices);
  ASSERT_TRUE(study);
  EXPECT_EQ(study->median, 1);
  EXPECT_EQ(study->cod, 0);
  EXPECT_EQ(study->prd, 1);
  EXPECT_NEAR(study->prb, 0, 1e-15);
  EXPECT_EQ(study->mki, 1);
}

TEST(RatioStudy, RefusesWhatHasNoRatio) {
  EXPECT_THAT(study_ratios(std::vector<double>{1, 2}, std::vector<double>{1, 2}).error().message,
              HasSubstr("at least 3"));
  EXPECT_THAT(study_ratios(std::vector<double>{1, 2, 3}, std::vector<double>{1, 0, 2}).error().message,
              HasSubstr("sale 2"));
  EXPECT_FALSE(study_ratios(std::vector<double>{1, 2, kQuietNan}, std::vector<double>{1, 3, 2}));
  EXPECT_FALSE(study_ratios(std::vector<double>{1, 2, kInfinity}, std::vector<double>{1, 3, 2}));
}

TEST(RatioStudy, OfEqualPricesHasNoPriceRelatedMeasure) {
  const auto study = study_ratios(std::vector<double>{100, 100, 100}, std::vector<double>{100, 100, 100});
  ASSERT_TRUE(study);
  EXPECT_TRUE(std::isnan(study->prb));
  EXPECT_TRUE(std::isnan(study->mki));
}

TEST(Accuracy, CountsInFractions) {
  const std::vector<double> prices{100, 100, 100, 200};
  const std::vector<double> estimates{110, 95, 130, 200};
  EXPECT_DOUBLE_EQ(mdape(estimates, prices), 0.075);
  EXPECT_DOUBLE_EQ(mape(estimates, prices), 0.1125);
  EXPECT_DOUBLE_EQ(ppe(estimates, prices, 0.10), 0.75);
  EXPECT_DOUBLE_EQ(ppe(estimates, prices, 0.20), 0.75);
  EXPECT_NEAR(r2(estimates, prices), 1 - 1025.0 / 7500, 1e-15);
  EXPECT_DOUBLE_EQ(coverage(std::vector<double>{90, 101, 100, 0}, std::vector<double>{110, 120, 100, 199}, prices),
                   0.5);
  EXPECT_TRUE(std::isnan(mdape({}, {})));
  EXPECT_TRUE(std::isnan(r2(std::vector<double>{1, 2}, std::vector<double>{3, 3})));
}

std::vector<double> whole_numbers(std::size_t n) {
  std::vector<double> values(n);
  std::iota(values.begin(), values.end(), 1.0);
  return values;
}

TEST(Conformal, TakesTheCorrectedOrderStatistic) {
  EXPECT_EQ(conformal_half_width(whole_numbers(9), 0.8), 8);    // ceil(10 · 0.8)
  EXPECT_EQ(conformal_half_width(whole_numbers(99), 0.8), 80);  // ceil(100 · 0.8), not 81 by rounding
  EXPECT_EQ(conformal_half_width(whole_numbers(99), 0.07), 7);
  EXPECT_EQ(conformal_half_width(whole_numbers(10), 0.8), 9);  // ceil(11 · 0.8)
  EXPECT_EQ(conformal_half_width(whole_numbers(3), 0.8), kInfinity) << "three sales cannot promise 80 %";
  EXPECT_EQ(conformal_half_width({}, 0.5), kInfinity);
}

TEST(Conformal, KeepsTheSkewOfSignedErrors) {
  const ConformalBand band = conformal_band(whole_numbers(99), 0.8);
  EXPECT_EQ(band.lower, 10);
  EXPECT_EQ(band.upper, 90);
  const ConformalBand few = conformal_band(whole_numbers(8), 0.8);
  EXPECT_EQ(few.lower, -kInfinity);
  EXPECT_EQ(few.upper, kInfinity);
}

TEST(Conformal, CoversAsPromised) {
  Random random(20);
  double covered = 0;
  double covered_signed = 0;
  for (int trial = 0; trial < 4000; ++trial) {
    std::vector<double> errors(49);
    for (double& error : errors) error = -std::log(1 - random.uniform()) - 1;  // skewed
    std::vector<double> absolute = errors;
    for (double& error : absolute) error = std::abs(error);
    const double fresh = -std::log(1 - random.uniform()) - 1;
    if (std::abs(fresh) <= conformal_half_width(absolute, 0.8)) ++covered;
    const ConformalBand band = conformal_band(errors, 0.8);
    if (band.lower <= fresh && fresh <= band.upper) ++covered_signed;
  }
  EXPECT_NEAR(covered / 4000, 0.80, 0.02);
  EXPECT_NEAR(covered_signed / 4000, 0.80, 0.02);
}

// The reference implementation's first outputs for splitmix64(0) are e220a8397b1dcdaf, 6e789e6aa1b965f4, 06c45d188009454f,
// f88bb8a8724c81ec; they fill the state here.
TEST(Random, FollowsTheReferenceGenerator) {
  Random random(0);
  EXPECT_EQ(random.next(), 0x99ec5f36cb75f2b4U);
  EXPECT_EQ(random.next(), 0xbf6e1f784956452aU);
  Random same(0);
  EXPECT_EQ(same.next(), 0x99ec5f36cb75f2b4U);
}

TEST(Random, IsUniform) {
  Random random(3);
  double sum = 0;
  std::vector<int> counts(6, 0);
  for (int i = 0; i < 60000; ++i) {
    const double value = random.uniform();
    ASSERT_TRUE(value >= 0 && value < 1);
    sum += value;
    ++counts[random.below(6)];
  }
  EXPECT_NEAR(sum / 60000, 0.5, 0.005);
  for (const int count : counts) EXPECT_NEAR(count, 10000, 400);
}

TEST(Random, AssignsBalancedFoldsThatNeverChange) {
  const std::vector<std::size_t> folds = assign_folds(10, 3, 42);
  EXPECT_EQ(folds, assign_folds(10, 3, 42));
  EXPECT_NE(folds, assign_folds(10, 3, 43));
  EXPECT_EQ(std::count(folds.begin(), folds.end(), 0U), 4);
  EXPECT_EQ(std::count(folds.begin(), folds.end(), 1U), 3);
  EXPECT_EQ(std::count(folds.begin(), folds.end(), 2U), 3);
}

}  // namespace
}  // namespace valion::stats
