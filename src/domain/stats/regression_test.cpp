#include <gmock/gmock.h>

#include <cmath>

#include "domain/stats/distributions.hpp"
#include "domain/stats/elastic_net.hpp"
#include "domain/stats/ols.hpp"
#include "domain/stats/published_data.hpp"
#include "domain/stats/random.hpp"

namespace valion::stats {
namespace {

using ::testing::HasSubstr;

constexpr double kQuietNan = std::numeric_limits<double>::quiet_NaN();

Vector vector_of(const std::vector<double>& values) {
  return Eigen::Map<const Vector>(values.data(), static_cast<Eigen::Index>(values.size()));
}

// NIST Statistical Reference Datasets, Longley (1967), public domain: y, x1 … x6.
Matrix longley() {
  Matrix data(16, 7);
  data << 60323, 83.0, 234289, 2356, 1590, 107608, 1947,  //
      61122, 88.5, 259426, 2325, 1456, 108632, 1948,      //
      60171, 88.2, 258054, 3682, 1616, 109773, 1949,      //
      61187, 89.5, 284599, 3351, 1650, 110929, 1950,      //
      63221, 96.2, 328975, 2099, 3099, 112075, 1951,      //
      63639, 98.1, 346999, 1932, 3594, 113270, 1952,      //
      64989, 99.0, 365385, 1870, 3547, 115094, 1953,      //
      63761, 100.0, 363112, 3578, 3350, 116219, 1954,     //
      66019, 101.2, 397469, 2904, 3048, 117388, 1955,     //
      67857, 104.6, 419180, 2822, 2857, 118734, 1956,     //
      68169, 108.4, 442769, 2936, 2798, 120445, 1957,     //
      66513, 110.8, 444546, 4681, 2637, 121950, 1958,     //
      68655, 112.6, 482704, 3813, 2552, 123366, 1959,     //
      69564, 114.2, 502601, 3931, 2514, 125368, 1960,     //
      69331, 115.7, 518173, 4806, 2572, 127852, 1961,     //
      70551, 116.9, 554894, 4007, 2827, 130081, 1962;
  return data;
}

void expect_digits(double value, double certified, double digits, const std::string& what) {
  EXPECT_NEAR(value, certified, std::abs(certified) * std::pow(10, -digits)) << what;
}

TEST(LeastSquares, ReproducesTheCertifiedValuesOfLongleyToTwelveDigits) {
  const Matrix data = longley();
  const auto fit = fit_ols(data.rightCols(6), data.col(0));
  ASSERT_TRUE(fit) << fit.error().message;
  const std::vector<double> coefficients{-3482258.63459582, 15.0618722713733,    -0.0358191792925910, -2.02022980381683,
                                         -1.03322686717359, -0.0511041056535807, 1829.15146461355};
  const std::vector<double> errors{890420.383607373,  84.9149257747669,  0.0334910077722432, 0.488399681651699,
                                   0.214274163161675, 0.226073200069370, 455.478499142212};
  for (Eigen::Index i = 0; i < 7; ++i) {
    const auto at = static_cast<std::size_t>(i);
    expect_digits(fit->coefficients[i], coefficients[at], 12, "B" + std::to_string(i));
    expect_digits(fit->standard_errors[i], errors[at], 12, "standard error of B" + std::to_string(i));
  }
  expect_digits(fit->sigma, 304.854073561965, 12, "residual standard deviation");
  expect_digits(fit->r2, 0.995479004577296, 13, "R2");
  expect_digits(fit->f, 330.285339234588, 12, "F");
  expect_digits(fit->f_p, 4.984030528724582e-10, 9, "p of F");
  expect_digits(fit->p[1], 0.8631408328092, 10, "p of B1");
  EXPECT_EQ(fit->degrees_of_freedom, 9);
  expect_digits(fit->leverage[0], 0.424536930626536, 11, "leverage of 1947");
  EXPECT_NEAR(fit->leverage.sum(), 7, 1e-12);
  EXPECT_NEAR(fit->residuals.sum(), 0, 1e-8);
}

// Hochheim's 50 apartments of Florianopolis: log(price) on six characteristics (model 514), rows 31 and 39 left out.
struct Apartments {
  Matrix x{48, 6};
  Vector log_price{48};
  std::vector<std::string> names{"area_total", "quartos", "suites", "garagens", "log(dist_b_mar)", "1/padrao"};
};

std::optional<Apartments> apartments() {
  const auto data = testing::read_columns("br_centro_2015/centro_2015.csv");
  std::ifstream again(VALION_SOURCE_DIR "/../shared/data/br_centro_2015/centro_2015.csv");
  if (!data) return std::nullopt;
  std::string line;
  std::getline(again, line);
  Apartments result;
  Eigen::Index row = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    std::getline(again, line);
    const double standard = line.find("baixo") != std::string::npos   ? 1
                            : line.find("medio") != std::string::npos ? 2
                                                                      : 3;
    if (i == 30 || i == 38) continue;
    result.x.row(row) << data->at("area_total")[i], data->at("quartos")[i], data->at("suites")[i],
        data->at("garagens")[i], std::log(data->at("dist_b_mar")[i]), 1 / standard;
    result.log_price[row++] = std::log(data->at("valor")[i]);
  }
  return result;
}

TEST(LeastSquares, ReproducesThePublishedApartmentModel) {
  const auto data = apartments();
  if (!data) GTEST_SKIP() << "../shared/data/br_centro_2015 is not here";
  const auto fit = fit_ols(data->x, data->log_price, data->names);
  ASSERT_TRUE(fit) << fit.error().message;
  const std::vector<double> coefficients{13.5638580137282,  0.00147231176745843, 0.16357202629314,  0.0609561555649292,
                                         0.208734540047175, -0.14072150200577,   -0.562836120117595};
  for (Eigen::Index i = 0; i < 7; ++i) {
    expect_digits(fit->coefficients[i], coefficients[static_cast<std::size_t>(i)], 12,
                  "coefficient " + std::to_string(i));
  }
  expect_digits(fit->standard_errors[3], 0.0336860739316922, 12, "standard error of suites");
  expect_digits(fit->p[3], 0.07770312095648, 11, "p of suites");
  expect_digits(fit->p[0], 3.119274081356138e-41, 9, "p of the intercept");
  expect_digits(fit->adjusted_r2, 0.949706978030802, 13, "adjusted R2");
  expect_digits(fit->f_p, 3.24674020238176e-26, 9, "p of F");
  expect_digits(fit->leverage[0], 0.133359827939936, 12, "leverage of the first");

  // The subject of row 52: 205 m² by the published interval of the mean and of one new price, in currency.
  const auto all = testing::read_columns("br_centro_2015/centro_2015.csv");
  Vector subject(6);
  subject << all->at("area_total")[51], all->at("quartos")[51], all->at("suites")[51], all->at("garagens")[51],
      std::log(all->at("dist_b_mar")[51]), 1.0 / 2;
  const OlsBand confidence = interval_of_mean(*fit, subject, 0.80);
  const OlsBand prediction = prediction_interval(*fit, subject, 0.80);
  expect_digits(std::exp(confidence.estimate), 961660.644395239, 11, "estimate");
  expect_digits(std::exp(confidence.lower), 924768.127994541, 11, "lower end of the interval of the mean");
  expect_digits(std::exp(confidence.upper), 1000024.94353279, 11, "upper end of the interval of the mean");
  expect_digits(std::exp(prediction.lower), 802017.627078197, 11, "lower end for one new price");
  expect_digits(std::exp(prediction.upper), 1153080.88470292, 11, "upper end for one new price");
}

TEST(LeastSquares, NamesTheColumnsThatDependOnEachOther) {
  Matrix x(6, 3);
  x << 1, 5, 7, 2, 3, 7, 3, 8, 14, 4, 1, 9, 5, 9, 19, 6, 2, 14;
  x.col(2) = 2 * x.col(0) + x.col(1);
  const auto fit = fit_ols(x, vector_of({1, 4, 2, 8, 5, 7}), {"rooms", "baths", "sum"});
  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.error().kind, ErrorKind::invalid);
  EXPECT_THAT(fit.error().message, HasSubstr("is a linear combination of"));
  for (const char* name : {"`rooms`", "`baths`", "`sum`"}) EXPECT_THAT(fit.error().message, HasSubstr(name));
}

TEST(LeastSquares, RefusesWhatItCannotEstimate) {
  Matrix x(4, 1);
  x << 3, 3, 3, 3;
  EXPECT_THAT(fit_ols(x, vector_of({1, 2, 3, 4}), {"pool"}).error().message, HasSubstr("`pool`"));
  x << 1, 2, 3, kQuietNan;
  EXPECT_THAT(fit_ols(x, vector_of({1, 2, 3, 4}), {"area"}).error().message, HasSubstr("`area` has missing"));
  x << 1, 2, 3, 4;
  EXPECT_THAT(fit_ols(x, vector_of({1, 2, 3, kQuietNan})).error().message, HasSubstr("target"));
  EXPECT_THAT(fit_ols(x, vector_of({7, 7, 7, 7})).error().message, HasSubstr("constant"));
  EXPECT_THAT(fit_ols(x.topRows(2), vector_of({1, 2})).error().message, HasSubstr("at least 3 rows"));
}

TEST(LeastSquares, WithoutRegressorsIsTheMean) {
  const auto fit = fit_ols(Matrix(4, 0), vector_of({1, 2, 3, 6}));
  ASSERT_TRUE(fit) << fit.error().message;
  EXPECT_DOUBLE_EQ(fit->coefficients[0], 3);
  EXPECT_NEAR(fit->r2, 0, 1e-15);
  EXPECT_TRUE(std::isnan(fit->f));
}

TEST(Distributions, AgreeWithTables) {
  EXPECT_NEAR(student_t_quantile(0.975, 10), 2.2281388519862744, 1e-12);
  EXPECT_NEAR(student_t_two_tails(2.2281388519862744, 10), 0.05, 1e-12);
  EXPECT_EQ(student_t_two_tails(std::numeric_limits<double>::infinity(), 10), 0);
  EXPECT_NEAR(f_upper_tail(3.708264819045, 3, 10), 0.05, 1e-9);
  EXPECT_NEAR(chi_squared_upper_tail(3.841458820694124, 1), 0.05, 1e-12);
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(normal_cdf(-1.959963984540054), 0.025, 1e-12);
  EXPECT_TRUE(std::isnan(student_t_quantile(1, 10)));
  EXPECT_TRUE(std::isnan(f_upper_tail(1, 0, 10)));
}

struct QuickStart {
  Matrix x;
  Vector y;
};

std::optional<QuickStart> quick_start() {
  const auto data = testing::read_columns("glmnet_quickstart/QuickStartExample.csv");
  if (!data) return std::nullopt;
  QuickStart result{Matrix(100, 20), vector_of(data->at("y"))};
  for (int j = 0; j < 20; ++j) result.x.col(j) = vector_of(data->at("X" + std::to_string(j + 1)));
  return result;
}

void expect_coefficients(const Matrix& x, const Vector& y, double alpha, double lambda,
                         const std::vector<double>& expected) {
  ElasticNetOptions options;
  options.alpha = alpha;
  options.lambdas = {lambda};
  options.tolerance = 1e-12;
  const auto path = fit_elastic_net(x, y, options);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_NEAR(path->intercepts[0], expected[0], 2e-8) << "alpha " << alpha << ", lambda " << lambda;
  for (std::size_t j = 1; j < expected.size(); ++j) {
    EXPECT_NEAR(path->coefficients(static_cast<Eigen::Index>(j) - 1, 0), expected[j], 2e-8)
        << "alpha " << alpha << ", lambda " << lambda << ", column " << j;
  }
}

TEST(ElasticNet, ReproducesGlmnetOnItsQuickStart) {
  const auto data = quick_start();
  if (!data) GTEST_SKIP() << "../shared/data/glmnet_quickstart is not here";
  expect_coefficients(data->x, data->y, 1, 0.1,
                      {0.150931886104355,
                       1.32058695927173,
                       0,
                       0.675096708747555,
                       0,
                       -0.81738171751257,
                       0.521438264074554,
                       0.00483959159880993,
                       0.319412022252312,
                       0,
                       0,
                       0.142499784907078,
                       0,
                       0,
                       -1.05998366541462,
                       0,
                       0,
                       0,
                       0,
                       0,
                       -1.02187131071582});
  expect_coefficients(data->x, data->y, 0.5, 0.1,
                      {0.148505494660565,
                       1.32742217832992,
                       0.00263898620499171,
                       0.70187671240151,
                       0,
                       -0.845443153392814,
                       0.562499204906546,
                       0.0543715198090181,
                       0.350991104501681,
                       0,
                       0.0262490327632723,
                       0.20044387343495,
                       0,
                       -0.00263039921578351,
                       -1.08487981906598,
                       -0.0237109139553774,
                       0,
                       0,
                       3.965651419435790e-05,
                       0,
                       -1.07164525203068});
  expect_coefficients(
      data->x, data->y, 0, 0.5,
      {0.206264409047601,   1.18484812151711,   0.0501650890495119,  0.648276003790456,  -0.00076733409782728,
       -0.796401915272344,  0.579010581692381,  0.120654947914394,   0.34120209518751,   -0.0445058364876049,
       0.0663465761760947,  0.223146153051091,  -0.0628280593910174, -0.030366610238018, -0.987195525009801,
       -0.0833852693497235, -0.015201791411453, -0.016057295232239,  0.0657832223991682, 0.00472355988015141,
       -0.975958941437724});
}

TEST(ElasticNet, ReproducesGlmnetOnTheApartments) {
  const auto data = apartments();
  if (!data) GTEST_SKIP() << "../shared/data/br_centro_2015 is not here";
  expect_coefficients(data->x, data->log_price, 1, 0.05,
                      {13.2388136810543, 0.00140315877423189, 0.156506689491145, 0.0602048724103001, 0.182837473106737,
                       -0.0844844522840421, -0.444016324907496});
  expect_coefficients(data->x, data->log_price, 0.5, 0.01,
                      {13.5257918565968, 0.00146255656678103, 0.162308407750961, 0.0631491984462624, 0.203808475056594,
                       -0.133843866143826, -0.548557482793204});
  expect_coefficients(data->x, data->log_price, 0, 0.05,
                      {13.5114735274403, 0.00143631271252141, 0.15924693309885, 0.0789229846771149, 0.18955727246887,
                       -0.129196737882726, -0.539775715559644});
}

TEST(ElasticNet, StartsItsPathWhereGlmnetDoes) {
  const auto data = quick_start();
  if (!data) GTEST_SKIP() << "../shared/data/glmnet_quickstart is not here";
  const auto path = fit_elastic_net(data->x, data->y);
  ASSERT_TRUE(path);
  const std::vector<double> published{1.631, 1.486, 1.354, 1.234, 1.124, 1.024};
  for (std::size_t i = 0; i < published.size(); ++i) EXPECT_NEAR(path->lambdas[i], published[i], 0.0006);
  EXPECT_EQ(path->lambdas.size(), 100U);
  EXPECT_EQ(path->coefficients.col(0).cwiseAbs().maxCoeff(), 0) << "nothing enters at the first lambda";
  EXPECT_GT(path->explained.back(), 0.9);

  // The end of a long path is the least squares fit, explained share and all.
  const auto ols = fit_ols(data->x, data->y);
  EXPECT_NEAR((path->coefficients.col(99) - ols->coefficients.tail(20)).cwiseAbs().maxCoeff(), 0, 2e-3);
  EXPECT_NEAR(path->explained.back(), ols->r2, 1e-6);
}

// The published example: seed 101 and R's own folds gave lambda.min = 0.0757; other folds land close by.
TEST(ElasticNet, ChoosesItsPenaltyByCrossValidation) {
  const auto data = quick_start();
  if (!data) GTEST_SKIP() << "../shared/data/glmnet_quickstart is not here";
  const auto choice = cross_validate_elastic_net(data->x, data->y, assign_folds(100, 10, 1));
  ASSERT_TRUE(choice) << choice.error().message;
  const double minimum = choice->path.lambdas[choice->minimum];
  const double simpler = choice->path.lambdas[choice->one_standard_error];
  EXPECT_GT(minimum, 0.03);
  EXPECT_LT(minimum, 0.2);
  EXPECT_GT(simpler, minimum);
  EXPECT_LE(choice->mean_squared_error[choice->one_standard_error],
            choice->mean_squared_error[choice->minimum] + choice->standard_error[choice->minimum]);
  EXPECT_FALSE(cross_validate_elastic_net(data->x, data->y, std::vector<std::size_t>(100, 0)));
}

// The optimality conditions of a lasso hold at every lambda, for many correlated columns, and more columns than rows.
TEST(ElasticNet, MeetsTheOptimalityConditions) {
  Random random(7);
  Matrix x(40, 60);
  for (double& value : x.reshaped()) value = random.uniform() - 0.5;
  for (Eigen::Index j = 1; j < 60; ++j) x.col(j) += 0.8 * x.col(j - 1);
  x.col(30).setConstant(4);  // carries nothing
  Vector y = 3 * x.col(2) - 2 * x.col(20);
  for (double& value : y) value += 0.3 * (random.uniform() - 0.5);
  const auto path = fit_elastic_net(x, y);
  ASSERT_TRUE(path) << path.error().message;
  const Matrix centred = x.rowwise() - x.colwise().mean();
  const Vector spread = (centred.colwise().squaredNorm().transpose() / 40).cwiseSqrt();
  for (Eigen::Index at = 0; at < 100; at += 9) {
    const double lambda = path->lambdas[static_cast<std::size_t>(at)];
    const Vector residuals = y - x * path->coefficients.col(at) - Vector::Constant(40, path->intercepts[at]);
    EXPECT_NEAR(residuals.sum(), 0, 1e-9);
    for (Eigen::Index j = 0; j < 60; ++j) {
      if (j == 30) continue;
      const double gradient = centred.col(j).dot(residuals) / 40 / spread[j];
      const double beta = path->coefficients(j, at);
      EXPECT_LE(std::abs(gradient), lambda + 1e-6);
      if (beta != 0) {
        EXPECT_NEAR(gradient, std::copysign(lambda, beta), 1e-6);
      }
    }
    EXPECT_EQ(path->coefficients(30, at), 0);
  }
}

TEST(ElasticNet, RefusesWhatItCannotFit) {
  Matrix x(3, 1);
  x << 1, 2, kQuietNan;
  EXPECT_FALSE(fit_elastic_net(x, vector_of({1, 2, 3})));
  x << 1, 2, 3;
  EXPECT_FALSE(fit_elastic_net(x, vector_of({5, 5, 5})));
  ElasticNetOptions options;
  options.lambdas = {0.1, 0.2};
  EXPECT_THAT(fit_elastic_net(x, vector_of({1, 2, 4}), options).error().message, HasSubstr("descend"));
  options.lambdas.clear();
  options.alpha = 1.5;
  EXPECT_THAT(fit_elastic_net(x, vector_of({1, 2, 4}), options).error().message, HasSubstr("alpha"));
}

}  // namespace
}  // namespace valion::stats
