#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/service_registry/catalogue_view.hpp"

namespace valion::registry {
namespace {

using testing::ElementsAre;
using testing::Pair;
using testing::SizeIs;

Instance instance(const std::string& service, const std::string& id, std::uint16_t port) {
  return {service, id, "0.1.0", "127.0.0.1", port, "2026-01-01T00:00:00.000Z", Verdict::unknown};
}

TEST(ProbeHistory, BecomesCriticalAfterTwoFailuresInARowAndWellAfterOneSuccess) {
  ProbeHistory history = after_success({});
  EXPECT_EQ(history.verdict, Verdict::passing);
  history = after_failure(history, "refused");
  EXPECT_EQ(history.verdict, Verdict::passing) << "one failure is no verdict";
  history = after_failure(history, "refused");
  EXPECT_EQ(history.verdict, Verdict::critical);
  EXPECT_EQ(history.output, "refused");
  history = after_success(history);
  EXPECT_EQ(history.verdict, Verdict::passing);
  EXPECT_EQ(after_failure(after_success(after_failure(history, "x")), "x").verdict, Verdict::passing);
}

TEST(CatalogueView, NamesEachServiceOnceWithItsVersions) {
  EXPECT_THAT(services_view({instance("a", "a-1", 1), instance("a", "a-2", 2), instance("b", "b-1", 3)}),
              ElementsAre(Pair("a", ElementsAre("0.1.0")), Pair("b", ElementsAre("0.1.0"))));
}

TEST(HealthView, ShowsAllOrOnlyThosePassing) {
  const std::vector<Instance> instances{instance("a", "a-1", 1), instance("a", "a-2", 2), instance("a", "a-3", 3)};
  const Histories histories{{"a-1", after_success({})}, {"a-2", after_failure(after_failure({}, "x"), "refused")}};
  const auto all = health_view(instances, histories, false);
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].Checks[0].Status, "passing");
  EXPECT_EQ(all[1].Checks[0].Status, "critical");
  EXPECT_EQ(all[1].Checks[0].Output, "refused");
  EXPECT_EQ(all[2].Checks[0].Status, "warning");
  const auto passing = health_view(instances, histories, true);
  ASSERT_THAT(passing, SizeIs(1));
  EXPECT_EQ(passing[0].Service.Port, 1);
}

}  // namespace
}  // namespace valion::registry
