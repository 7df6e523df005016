#include "platform/metrics/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <unistd.h>

#include <ctime>
#include <vector>

#include "platform/metrics/cache_counters.hpp"
#include "platform/metrics/process_metrics.hpp"

namespace valion::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

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

TEST(Metrics, StandAtZeroFromTheStart) {
  Registry registry(Labels{});
  registry.counter("a_total", "a");
  const CacheCounters cache(registry, "model");
  EXPECT_THAT(registry.text(), HasSubstr("\na_total 0\n"));
  EXPECT_THAT(registry.text(), HasSubstr("\nmetrics_series_refused_total 0\n"));
  EXPECT_THAT(registry.text(), HasSubstr(R"(cache_requests_total{cache="model",outcome="miss"} 0)"));
}

TEST(Metrics, CountInOneSeriesWhatAFamilyHasNoRoomFor) {
  Registry registry(Labels{}, 3);
  for (int user = 0; user < 10; ++user) {
    registry.counter("sign_ins_total", "s", {{"user", std::to_string(user)}, {"how", "password"}}).Increment();
  }
  const std::string text = registry.text();
  EXPECT_THAT(text, HasSubstr(R"(sign_ins_total{how="password",user="2"} 1)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(user="3")")));
  EXPECT_THAT(text, HasSubstr(R"(sign_ins_total{how="other",user="other"} 7)"));
  EXPECT_THAT(text, HasSubstr("\nmetrics_series_refused_total 7\n"));
  registry.counter("sign_ins_total", "s", {{"user", "0"}, {"how", "password"}}).Increment();
  EXPECT_THAT(registry.text(), HasSubstr(R"(sign_ins_total{how="password",user="0"} 2)")) << "those inside stay";
}

TEST(Metrics, LetGoOfWhatIsReplaced) {
  Registry registry(Labels{{"service", "ml_service"}}, 2);
  registry.replace_gauges("mdape", "m", {{{{"model", "a"}}, 0.1}, {{{"model", "b"}}, 0.2}});
  registry.replace_gauges("mdape", "m", {{{{"model", "b"}}, 0.3}, {{{"model", "c"}}, 0.4}, {{{"model", "d"}}, 0.5}});
  const std::string text = registry.text();
  EXPECT_THAT(text, Not(HasSubstr(R"(model="a")")));
  EXPECT_THAT(text, HasSubstr(R"(mdape{service="ml_service",model="b"} 0.3)"));
  EXPECT_THAT(text, HasSubstr(R"(model="c"} 0.4)"));
  EXPECT_THAT(text, Not(HasSubstr(R"(model="d")")));
  registry.replace_gauges("mdape", "m", {});
  EXPECT_THAT(registry.text(), Not(HasSubstr(R"(model="b")")));
}

TEST(ProcessFigures, AreThoseOfThisProcess) {
  std::vector<char> memory(32u << 20, 'x');
  const ProcessFigures figures = read_process_figures();
  EXPECT_GT(figures.resident_bytes, 32e6);
  EXPECT_GT(figures.proportional_bytes, 32e6);
  EXPECT_LE(figures.proportional_bytes, figures.resident_bytes * 1.05);
  EXPECT_GE(figures.virtual_bytes, figures.resident_bytes);
  EXPECT_GE(figures.threads, 1);
  EXPECT_GE(figures.open_files, 3);
  EXPECT_GT(figures.most_files, figures.open_files);
  const auto now = static_cast<double>(std::time(nullptr));
  EXPECT_LE(figures.start_seconds, now + 2);
  EXPECT_GT(figures.start_seconds, now - 3'600) << "this test began within the hour";
  EXPECT_EQ(memory.back(), 'x');
}

TEST(ProcessFigures, CountTheCpuTimeOnce) {
  Registry registry(Labels{});
  ProcessMetrics metrics(registry);
  const auto until = std::clock() + CLOCKS_PER_SEC / 5;
  while (std::clock() < until) {
  }
  metrics.update();
  const double counted = registry.counter("process_cpu_seconds_total", "").Value();
  EXPECT_GT(counted, 0.1);
  metrics.update();
  EXPECT_NEAR(registry.counter("process_cpu_seconds_total", "").Value(), read_process_figures().cpu_seconds, 0.1);
}

}  // namespace
}  // namespace valion::metrics
