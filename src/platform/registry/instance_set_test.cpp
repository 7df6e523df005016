#include "platform/registry/instance_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "platform/registry/record.hpp"

namespace valion::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

Instance instance_of(const std::string& id, const std::string& zone = {}, int weight = 1) {
  Instance instance;
  instance.service = "ml_service";
  instance.id = id;
  instance.version = "1.2.3";
  instance.host = "127.0.0.1";
  instance.port = 8002;
  instance.zone = zone;
  instance.weight = weight;
  return instance;
}

class InstanceSetTest : public ::testing::Test {
 protected:
  void take(std::vector<Instance> instances, std::uint64_t index = 10, std::uint64_t epoch = 5) {
    Loaded loaded;
    loaded.index = index;
    loaded.epoch = epoch;
    loaded.instances = std::move(instances);
    set_.take(std::move(loaded), now_);
  }
  bool happens(const std::string& operation, const std::string& member, const std::string& value = {}) {
    return set_.apply({set_.index() + 1, set_.index(), operation, member, value}, now_);
  }
  bool joins(const Instance& instance) { return happens("put", member_of(instance), encode_record(instance)); }
  std::vector<std::string> ids() {
    std::vector<std::string> found;
    for (const Instance& instance : set_.of("ml_service")) found.push_back(instance.id);
    return found;
  }
  // The ids of so many picks, one after the other.
  std::vector<std::string> picks(int times, const std::vector<std::string>& avoid = {}) {
    std::vector<std::string> found;
    for (int i = 0; i < times; ++i) {
      const auto picked = set_.pick("ml_service", avoid, 0, now_);
      found.push_back(picked ? picked->id : picked.error().message);
    }
    return found;
  }
  // How many of a hundred calls go to `id`.
  long share_of(const std::string& id) {
    const auto all = picks(100);
    return std::count(all.begin(), all.end(), id);
  }

  RegistrySettings settings_ = [] {
    RegistrySettings settings;
    settings.zone = "north";
    return settings;
  }();
  InstanceSet set_{settings_};
  SteadyTime now_ = SteadyTime{} + 1h;
};

TEST_F(InstanceSetTest, FollowsTheLogOfChanges) {
  take({instance_of("a")});
  EXPECT_TRUE(joins(instance_of("b")));
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  EXPECT_TRUE(happens("health", "ml_service:b", "critical it refused"));
  EXPECT_EQ(set_.of("ml_service")[1].verdict, Verdict::critical);
  EXPECT_EQ(set_.of("ml_service")[1].verdict_reason, "it refused");
  EXPECT_THAT(picks(2), ElementsAre("a", "a"));
  EXPECT_TRUE(happens("unhealth", ""));
  EXPECT_EQ(set_.of("ml_service")[1].verdict, Verdict::unknown);
  EXPECT_TRUE(happens("del", "ml_service:a"));
  EXPECT_THAT(ids(), ElementsAre("b"));
  EXPECT_TRUE(happens("leader", "", "registry-1"));
  EXPECT_EQ(set_.leader(), "registry-1");
}

TEST_F(InstanceSetTest, NoticesThatAChangeIsMissing) {
  take({instance_of("a")});
  EXPECT_FALSE(set_.apply({12, 11, "del", "ml_service:a", ""}, now_));
  EXPECT_FALSE(set_.apply({900, 0, "put", "ml_service:b", encode_record(instance_of("b"))}, now_));
  EXPECT_FALSE(set_.apply({10, 9, "del", "ml_service:a", ""}, now_)) << "an old one";
  EXPECT_THAT(ids(), ElementsAre("a"));
  EXPECT_EQ(set_.index(), 10u);
}

TEST_F(InstanceSetTest, CountsTheChangesOfEachService) {
  take({instance_of("a")});
  Instance other = instance_of("x");
  other.service = "other";
  EXPECT_TRUE(joins(other));
  EXPECT_EQ(set_.index(), 11u);
  EXPECT_EQ(set_.index_of("ml_service"), 10u);
  EXPECT_EQ(set_.index_of("other"), 11u);
  EXPECT_EQ(set_.index_of("nobody"), 11u);
  EXPECT_TRUE(happens("del", "other:x"));
  EXPECT_EQ(set_.index_of("other"), 12u) << "also of a service that is gone";
  take({instance_of("a")}, 40);
  EXPECT_EQ(set_.index_of("ml_service"), 10u) << "loading what was known is no change";
}

TEST_F(InstanceSetTest, BelievesTheMissingForALeaseWhenRedisLostItsData) {
  take({instance_of("a"), instance_of("b")});
  take({instance_of("b")}, 900, 900);
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  EXPECT_TRUE(set_.of("ml_service")[0].kept);
  EXPECT_THAT(picks(2), ElementsAre("b", "b")) << "whose lease runs comes first";
  EXPECT_THAT(picks(1, {"b"}), ElementsAre("a"));
  now_ += settings_.lease();
  set_.forget_missing(now_);
  EXPECT_THAT(ids(), ElementsAre("b"));
}

TEST_F(InstanceSetTest, BelievesNoLongerWhoCameBackAndLeft) {
  take({instance_of("a"), instance_of("b")});
  take({}, 0, 0);  // nobody has registered again yet
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  take({instance_of("a")}, 900, 900);
  EXPECT_FALSE(set_.of("ml_service")[0].kept);
  EXPECT_TRUE(happens("del", "ml_service:a"));
  EXPECT_THAT(ids(), ElementsAre("b"));
}

TEST_F(InstanceSetTest, RemovesTheMissingWhenOnlyTheLogWasTooShort) {
  take({instance_of("a"), instance_of("b")});
  take({instance_of("b")}, 9'000);
  EXPECT_THAT(ids(), ElementsAre("b"));
}

TEST_F(InstanceSetTest, TakesWeightsAndSkipsWhoIsNotUp) {
  Instance draining = instance_of("d");
  draining.status = Status::draining;
  take({instance_of("a", "", 3), instance_of("b"), draining});
  EXPECT_THAT(picks(4), ElementsAre("a", "a", "b", "a"));
  EXPECT_THAT(picks(1, {"a", "b"}), ElementsAre("no other instance of ml_service is registered"));
}

TEST_F(InstanceSetTest, PrefersTheOwnZoneWhileSomebodyThereIsWell) {
  take({instance_of("far", "south"), instance_of("near", "north")});
  EXPECT_THAT(picks(2), ElementsAre("near", "near"));
  EXPECT_THAT(picks(1, {"near"}), ElementsAre("far"));
  EXPECT_TRUE(happens("health", "ml_service:near", "critical"));
  EXPECT_THAT(picks(2), ElementsAre("far", "far"));
  EXPECT_TRUE(happens("health", "ml_service:far", "critical"));
  EXPECT_THAT(picks(1), ElementsAre("near"));
}

TEST_F(InstanceSetTest, BeginsSlowlyWithANewInstance) {
  take({instance_of("old")});
  EXPECT_TRUE(joins(instance_of("young")));
  EXPECT_EQ(share_of("young"), 9);  // 0.1 / 1.1
  now_ += settings_.slow_start / 2;
  EXPECT_NEAR(static_cast<double>(share_of("young")), 100 * 0.5 / 1.5, 1.5);
  now_ += settings_.slow_start / 2;
  EXPECT_NEAR(static_cast<double>(share_of("young")), 50, 1.5);
}

TEST_F(InstanceSetTest, LeavesBrokenRecordsOut) {
  take({});
  EXPECT_TRUE(happens("put", "ml_service:broken", "{\"service\":"));
  EXPECT_TRUE(happens("put", "ml_service:liar", encode_record(instance_of("somebody-else"))));
  EXPECT_THAT(ids(), IsEmpty());
  EXPECT_EQ(set_.index(), 12u);
}

TEST_F(InstanceSetTest, BalancesByLatencyWhenAsked) {
  settings_.balance = Balance::least_latency;
  set_ = InstanceSet(settings_);
  take({instance_of("quick"), instance_of("slow")});
  for (const auto& [id, latency] : {std::pair{"quick", 5ms}, std::pair{"slow", 80ms}}) {
    set_.begin(id);
    set_.end(id, latency, true, now_);
  }
  EXPECT_THAT(picks(3), ElementsAre("quick", "quick", "quick"));
  set_.begin("nobody");  // unknown ids are ignored
  set_.end("nobody", 1ms, true, now_);
}

}  // namespace
}  // namespace valion::registry
