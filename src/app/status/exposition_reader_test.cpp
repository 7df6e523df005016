#include "app/status/exposition_reader.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace valion::app {
namespace {

bool any(const Sample&) { return true; }
bool of_api(const Sample& sample) { return sample.labels.at("route") != "/health"; }

constexpr const char* kText = R"(# HELP seconds how long
# TYPE seconds histogram
seconds_bucket{route="/a",le="0.1"} 50
seconds_bucket{route="/a",le="0.2"} 90
seconds_bucket{route="/a",le="+Inf"} 100
seconds_bucket{route="/health",le="0.1"} 1000
seconds_bucket{route="/health",le="0.2"} 1000
seconds_bucket{route="/health",le="+Inf"} 1000
odd{text="a \"b\" {c}, d=e"} 2.5
plain 7 1700000000000
)";

TEST(ExpositionReader, ReadsNamesLabelsAndValues) {
  const auto samples = read_exposition(kText);
  ASSERT_EQ(samples.size(), 8u);
  EXPECT_EQ(samples[0].name, "seconds_bucket");
  EXPECT_EQ(samples[0].labels.at("route"), "/a");
  EXPECT_EQ(samples[6].labels.at("text"), "a \"b\" {c}, d=e");
  EXPECT_EQ(samples[6].value, 2.5);
  EXPECT_EQ(samples[7].value, 7);
}

TEST(ExpositionReader, FindsQuantilesWithinTheirBucket) {
  const auto samples = read_exposition(kText);
  EXPECT_DOUBLE_EQ(histogram_quantile(samples, "seconds", 0.5, of_api), 0.1);
  EXPECT_DOUBLE_EQ(histogram_quantile(samples, "seconds", 0.7, of_api), 0.15);
  EXPECT_DOUBLE_EQ(histogram_quantile(samples, "seconds", 0.99, of_api), 0.2) << "the last finite bound";
  EXPECT_LT(histogram_quantile(samples, "seconds", 0.9, any), 0.1);
  EXPECT_TRUE(std::isnan(histogram_quantile(samples, "minutes", 0.5, any)));
}

TEST(ExpositionReader, SurvivesAnything) {
  for (const char* text :
       {"", "\n\n", "{", "a{", "a{b", "a{b=", "a{b=\"", "a{b=\"c\"", "a{b=\"c\\", "a {", "a{}", "a b"}) {
    EXPECT_NO_THROW(static_cast<void>(read_exposition(text))) << text;
  }
}

}  // namespace
}  // namespace valion::app
