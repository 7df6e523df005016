#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/service_registry/catalogue_view.hpp"
#include "services/service_registry/probe_history.hpp"

namespace valion::registry {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::SizeIs;

Instance instance(const std::string& service, const std::string& id, std::uint16_t port,
                  Verdict verdict = Verdict::unknown) {
  Instance made;
  made.service = service;
  made.id = id;
  made.version = "0.1.0";
  made.host = "127.0.0.1";
  made.port = port;
  made.started_at = "2026-01-01T00:00:00.000Z";
  made.verdict = verdict;
  return made;
}

TEST(ProbeHistory, FallsAfterFailuresInARowAndRisesAfterSuccessesInARow) {
  const Thresholds thresholds{3, 2};
  ProbeHistory history = after_success({}, thresholds);
  EXPECT_EQ(history.verdict, Verdict::passing) << "somebody new is well with the first success";
  history = after_failure(history, thresholds, "refused");
  EXPECT_EQ(history.verdict, Verdict::passing) << "one failure is no verdict";
  EXPECT_EQ(history.output, "refused");
  history = after_failure(history, thresholds, "refused");
  EXPECT_EQ(history.verdict, Verdict::critical);
  history = after_success(after_success(history, thresholds), thresholds);
  EXPECT_EQ(history.verdict, Verdict::critical) << "two successes are not three";
  history = after_success(after_failure(history, thresholds, "again"), thresholds);
  EXPECT_EQ(history.verdict, Verdict::critical) << "a failure begins the count anew";
  history = after_success(after_success(history, thresholds), thresholds);
  EXPECT_EQ(history.verdict, Verdict::passing);
  EXPECT_EQ(history.output, "");
}

TEST(ProbeHistory, NeverSeenWellIsCriticalAfterTheSameFailures) {
  const ProbeHistory once = after_failure({}, {2, 2}, "refused");
  EXPECT_EQ(once.verdict, Verdict::unknown);
  EXPECT_EQ(after_failure(once, {2, 2}, "refused").verdict, Verdict::critical);
}

TEST(CatalogueView, NamesEachServiceOnceWithItsVersions) {
  EXPECT_THAT(services_view({instance("a", "a-1", 1), instance("a", "a-2", 2), instance("b", "b-1", 3)}),
              ElementsAre(Pair("a", ElementsAre("0.1.0")), Pair("b", ElementsAre("0.1.0"))));
}

TEST(CatalogueView, SaysOfProcessesWhatTheyAreAndOfOthersWhatTheySaid) {
  Instance ours = instance("a", "a-1", 1);
  ours.zone = "north";
  ours.weight = 7;
  Instance other = instance("mail", "mail-1", 25);
  other.external = true;
  other.tags = {"smtp"};
  other.meta = {{"owner", "it"}};
  const auto entries = catalog_view({ours, other});
  EXPECT_EQ(entries[0].ServiceMeta.at("zone"), "north");
  EXPECT_EQ(entries[0].ServiceMeta.at("metrics_path"), "/metrics");
  EXPECT_EQ(entries[0].ServiceWeights.Passing, 7);
  EXPECT_EQ(entries[0].Datacenter, "valion");
  EXPECT_THAT(entries[1].ServiceTags, ElementsAre("smtp"));
  EXPECT_THAT(entries[1].ServiceMeta, ElementsAre(Pair("owner", "it")));
}

TEST(HealthView, ShowsAllOrOnlyThosePassing) {
  Instance sick = instance("a", "a-2", 2, Verdict::critical);
  sick.verdict_reason = "refused";
  Instance kept = instance("a", "a-4", 4, Verdict::passing);
  kept.kept = true;
  const std::vector<Instance> instances{instance("a", "a-1", 1, Verdict::passing), sick, instance("a", "a-3", 3), kept};
  const auto all = health_view(instances, false);
  ASSERT_THAT(all, SizeIs(4));
  EXPECT_EQ(all[0].Checks[0].Status, "passing");
  EXPECT_EQ(all[1].Checks[0].Status, "critical");
  EXPECT_EQ(all[1].Checks[0].Output, "refused");
  EXPECT_EQ(all[2].Checks[0].Status, "warning");
  EXPECT_THAT(all[3].Checks[0].Output, HasSubstr("kept because too many ended at once"));
  const auto passing = health_view(instances, true);
  ASSERT_THAT(passing, SizeIs(2)) << "the guard keeps those who were well";
  EXPECT_EQ(passing[0].Service.Port, 1);
}

}  // namespace
}  // namespace valion::registry
