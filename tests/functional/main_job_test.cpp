// The whole main job through the gateway on 25,357 real sales, and what its documents say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/describe.hpp>

#include <cmath>
#include <cstdio>
#include <memory>

#include "app/service_list.hpp"
#include "contracts/platform.hpp"
#include "functional/running_system.hpp"
#include "platform/json/described.hpp"

namespace valion::functional {

struct DemoStep {
  std::string name;
  double seconds = 0;
};
BOOST_DESCRIBE_STRUCT(DemoStep, (), (name, seconds))
struct DemoMetrics {
  double mdape = 0, ppe10 = 0, ppe20 = 0, cod = 0, prd = 0, prb = 0, r2 = 0, median_ratio = 0;
  std::optional<double> coverage80;
  std::int64_t n_train = 0, n_test = 0;
};
BOOST_DESCRIBE_STRUCT(DemoMetrics, (),
                      (mdape, ppe10, ppe20, cod, prd, prb, r2, median_ratio, coverage80, n_train, n_test))
struct DemoArtifacts {
  std::string pdf, xlsx;
};
BOOST_DESCRIBE_STRUCT(DemoArtifacts, (), (pdf, xlsx))
struct Demo {
  std::vector<DemoStep> steps;
  DemoMetrics metrics;
  std::optional<DemoMetrics> benchmark, benchmark_rescaled;
  double shap_additivity_error = 0;
  DemoArtifacts artifacts;
  std::string valuation, model;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(Demo, (),
                      (steps, metrics, benchmark, benchmark_rescaled, shap_additivity_error, artifacts, valuation,
                       model, value))

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class MainJob : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    system_ = std::make_unique<RunningSystem>();
    finished_ =
        system_->valion({"demo", "--json", "--study", source_file("examples/lucas_county/study.json").string()});
    if (auto parsed = json::decode<Demo>(finished_.output, json::Unknown::ignored)) demo_ = *parsed;
  }
  static void TearDownTestSuite() { system_.reset(); }
  void SetUp() override { ASSERT_EQ(finished_.code, 0) << finished_.output; }

  static std::string pdf_text() { return run({"pdftotext", "-layout", demo_.artifacts.pdf, "-"}).output; }
  static std::string sheet(const std::string& member) {
    return run({"unzip", "-p", demo_.artifacts.xlsx, member}).output;
  }

  static inline std::unique_ptr<RunningSystem> system_;
  static inline Finished finished_;
  static inline Demo demo_;
};

TEST_F(MainJob, GoesThroughEveryStep) {
  std::vector<std::string> names;
  for (const DemoStep& step : demo_.steps) names.push_back(step.name);
  EXPECT_THAT(names, ElementsAre("import", "clean", "locate", "neighbours", "train", "value", "report"));
}

TEST_F(MainJob, ValuesTheUntrimmedTestYearWithinTwelvePercentAndWithoutLevelBias) {
  EXPECT_EQ(demo_.metrics.n_test, 4378);
  EXPECT_LT(demo_.metrics.mdape, 0.12);
  EXPECT_NEAR(demo_.metrics.median_ratio, 1.0, 0.02);
  EXPECT_GT(demo_.metrics.ppe10, 0.40);
  EXPECT_GT(demo_.metrics.ppe20, 0.65);
}

TEST_F(MainJob, CoversEightyPercentWithItsEightyPercentInterval) {
  ASSERT_TRUE(demo_.metrics.coverage80);
  EXPECT_GE(*demo_.metrics.coverage80, 0.76);
  EXPECT_LE(*demo_.metrics.coverage80, 0.84);
}

TEST_F(MainJob, StandsBesideTheCountysOwnAppraisal) {
  ASSERT_TRUE(demo_.benchmark && demo_.benchmark_rescaled);
  EXPECT_NEAR(demo_.benchmark->mdape, 0.184, 0.001);
  EXPECT_NEAR(demo_.benchmark_rescaled->mdape, 0.131, 0.001);
  EXPECT_NEAR(demo_.benchmark_rescaled->cod, 16.3, 0.1);
  EXPECT_NEAR(demo_.benchmark_rescaled->prd, 1.012, 0.002);
  EXPECT_LT(demo_.metrics.mdape, demo_.benchmark_rescaled->mdape);
}

TEST_F(MainJob, ExplainsAdditively) { EXPECT_LT(demo_.shap_additivity_error, 1e-6); }

TEST_F(MainJob, WritesAPdfThatSaysWhatWasMeasured) {
  const std::string text = pdf_text();
  EXPECT_THAT(text, HasSubstr(demo_.valuation.substr(0, 12)));
  EXPECT_THAT(text, HasSubstr(demo_.model.substr(0, 12)));
  char mdape[16];
  std::snprintf(mdape, sizeof mdape, "%.1f", 100 * demo_.metrics.mdape);
  EXPECT_THAT(text, HasSubstr(mdape));
  EXPECT_THAT(text, HasSubstr("18.4"));
  EXPECT_THAT(text, HasSubstr("25,357"));
}

TEST_F(MainJob, WritesAnXlsxWithTheSameValue) {
  ASSERT_THAT(run({"unzip", "-l", demo_.artifacts.xlsx}).output, HasSubstr("xl/worksheets/sheet1.xml"));
  char value[32];
  std::snprintf(value, sizeof value, "%.0f", std::floor(demo_.value));
  EXPECT_THAT(sheet("xl/worksheets/sheet1.xml"), HasSubstr(value));
  EXPECT_THAT(sheet("xl/sharedStrings.xml"), HasSubstr(demo_.model));
}

TEST_F(MainJob, LeavesASystemThatIsUpAndPassesItsSmokeTest) {
  const Finished status = system_->valion({"status", "--json"});
  EXPECT_EQ(status.code, 0) << status.output;
  for (const app::ServiceEntry& entry : app::service_list())
    EXPECT_THAT(status.output, HasSubstr(std::string(entry.name)));
  const Finished smoke = system_->valion({"test"});
  EXPECT_EQ(smoke.code, 0) << smoke.output;
}

TEST_F(MainJob, ServesHealthAndMetrics) {
  const Answer health = system_->get("/health");
  EXPECT_EQ(health.status, 200);
  const auto view = json::decode<contracts::HealthView>(health.body);
  ASSERT_TRUE(view) << health.body;
  EXPECT_EQ(view->status, "up");
  EXPECT_EQ(view->service, "api_gateway");
  EXPECT_GT(view->uptime_seconds, 0);
  EXPECT_THAT(system_->get("/metrics").body, HasSubstr("http_requests_total"));
}

TEST_F(MainJob, RunsTheSameStudyAgainToTheSameModel) {
  const Finished again =
      system_->valion({"study", "run", "--json", source_file("examples/lucas_county/study.json").string()});
  ASSERT_EQ(again.code, 0) << again.output;
  EXPECT_THAT(again.output, HasSubstr("\"model\":\"" + demo_.model + "\""));
}

}  // namespace
}  // namespace valion::functional
