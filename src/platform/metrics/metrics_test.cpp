#include "platform/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>

namespace valion::metrics {
namespace {

using testing::HasSubstr;

TEST(Metrics, AreWrittenInTheTextFormatWithTheirConstantLabels) {
  Registry registry(Labels{{"service", "ml_service"}});
  registry.counter("jobs_total", "Jobs accepted", {{"kind", "training"}}).Increment(2);
  registry.latency("answer_seconds", "Time to answer").Observe(0.003);
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr("# HELP jobs_total Jobs accepted\n# TYPE jobs_total counter\n"));
  EXPECT_THAT(text, HasSubstr(R"(jobs_total{service="ml_service",kind="training"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(answer_seconds_bucket{service="ml_service",le="0.005"} 1)"));
}

TEST(Metrics, GiveTheSameHandleForTheSameName) {
  Registry registry(Labels{});
  EXPECT_EQ(&registry.counter("a_total", "a", {{"x", "1"}}), &registry.counter("a_total", "a", {{"x", "1"}}));
}

}  // namespace
}  // namespace valion::metrics
