#include "platform/resilience/outlier_ejection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace valion::resilience {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
const Moment kNow{1h};
const std::vector<std::string> kFour{"a", "b", "c", "d"};

// Lets `instance` fail `times` in a row; true when the last one ejected it.
bool fail_in_a_row(OutlierEjection& ejection, const std::string& instance, int times, Moment now,
                   const std::vector<std::string>& known = kFour) {
  bool ejected = false;
  for (int i = 0; i < times; ++i) ejected = ejection.on_failure(instance, known, now);
  return ejected;
}

TEST(OutlierEjection, TakesFiveFailuresInARow) {
  OutlierEjection ejection;
  EXPECT_FALSE(fail_in_a_row(ejection, "a", 4, kNow));
  EXPECT_THAT(ejection.ejected(kNow), IsEmpty());
  EXPECT_TRUE(ejection.on_failure("a", kFour, kNow));
  EXPECT_THAT(ejection.ejected(kNow), ElementsAre("a"));
}

TEST(OutlierEjection, StartsCountingAgainAfterASuccess) {
  OutlierEjection ejection;
  fail_in_a_row(ejection, "a", 4, kNow);
  ejection.on_success("a");
  EXPECT_FALSE(fail_in_a_row(ejection, "a", 4, kNow));
  EXPECT_TRUE(ejection.on_failure("a", kFour, kNow));
}

TEST(OutlierEjection, LastsThirtySecondsLongerEachTimeUpToFiveMinutes) {
  OutlierEjection ejection;
  Moment now = kNow;
  for (const auto lasts : {30s, 60s, 90s, 120s, 150s, 180s, 210s, 240s, 270s, 300s, 300s, 300s}) {
    ASSERT_TRUE(fail_in_a_row(ejection, "a", 5, now));
    EXPECT_THAT(ejection.ejected(now + lasts - 1ms), ElementsAre("a"));
    EXPECT_THAT(ejection.ejected(now + lasts), IsEmpty());
    now += lasts;
  }
}

TEST(OutlierEjection, ForgivesOneStepForEachThirtySecondsInService) {
  OutlierEjection ejection;
  fail_in_a_row(ejection, "a", 5, kNow);        // 30 s
  fail_in_a_row(ejection, "a", 5, kNow + 30s);  // 60 s
  const Moment back = kNow + 90s;
  fail_in_a_row(ejection, "a", 5, back + 35s);  // one step forgiven: 60 s again
  EXPECT_THAT(ejection.ejected(back + 35s + 59s), ElementsAre("a"));
  EXPECT_THAT(ejection.ejected(back + 35s + 60s), IsEmpty());
  fail_in_a_row(ejection, "a", 5, back + 2h);  // all forgiven
  EXPECT_THAT(ejection.ejected(back + 2h + 30s), IsEmpty());
}

TEST(OutlierEjection, LeavesAtLeastHalfOfTheInstances) {
  OutlierEjection ejection;
  EXPECT_TRUE(fail_in_a_row(ejection, "a", 5, kNow));
  EXPECT_TRUE(fail_in_a_row(ejection, "b", 5, kNow));
  EXPECT_FALSE(fail_in_a_row(ejection, "c", 50, kNow));
  EXPECT_THAT(ejection.ejected(kNow), ElementsAre("a", "b"));
  EXPECT_TRUE(ejection.on_failure("c", kFour, kNow + 30s)) << "a and b are back";
}

TEST(OutlierEjection, NeverTakesTheOnlyInstanceAndOneOfThreeAtMost) {
  OutlierEjection one, three;
  EXPECT_FALSE(fail_in_a_row(one, "a", 100, kNow, {"a"}));
  EXPECT_TRUE(fail_in_a_row(three, "a", 5, kNow, {"a", "b", "c"}));
  EXPECT_FALSE(fail_in_a_row(three, "b", 100, kNow, {"a", "b", "c"}));
}

TEST(OutlierEjection, DoesNotCountCallsThatComeHomeDuringTheEjection) {
  OutlierEjection ejection;
  fail_in_a_row(ejection, "a", 5, kNow);
  EXPECT_FALSE(fail_in_a_row(ejection, "a", 20, kNow + 1s));
  ejection.on_success("a");
  EXPECT_THAT(ejection.ejected(kNow + 29s), ElementsAre("a"));
  EXPECT_FALSE(fail_in_a_row(ejection, "a", 4, kNow + 31s));
}

TEST(OutlierEjection, ForgetsInstancesThatAreNoMore) {
  OutlierEjection ejection;
  fail_in_a_row(ejection, "a", 5, kNow);
  fail_in_a_row(ejection, "b", 5, kNow);
  const std::vector<std::string> later{"c", "d"};
  EXPECT_TRUE(fail_in_a_row(ejection, "c", 5, kNow, later)) << "the gone take nobody's place";
  EXPECT_THAT(ejection.ejected(kNow), ElementsAre("c"));
  EXPECT_FALSE(fail_in_a_row(ejection, "gone", 50, kNow, later));
}

}  // namespace
}  // namespace valion::resilience
