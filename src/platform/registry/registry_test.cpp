#include "platform/registry/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/registry/record.hpp"
#include "platform/registry/scripts.hpp"

namespace valion::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

const RegistrySettings kQuick{"test", 60ms};

Instance instance_of(const std::string& service, const std::string& id, std::uint16_t port = 8001) {
  Instance instance;
  instance.service = service;
  instance.id = id;
  instance.version = "1.2.3";
  instance.host = "127.0.0.1";
  instance.port = port;
  instance.started_at = "2026-11-24T08:00:00.000Z";
  return instance;
}

class RegistryTest : public ::testing::Test {
 protected:
  RegistryTest() { EXPECT_TRUE(loop_.run(redis_.wait_connected(9s))); }

  redis::Reply ask(std::vector<std::string> command) { return loop_.run(redis_.command(std::move(command))).value(); }
  bool refresh() { return loop_.run(directory_.refresh()).has_value(); }

  std::vector<std::string> ids(const std::string& service) {
    std::vector<std::string> found;
    for (const Instance& instance : directory_.instances(service)) found.push_back(instance.id);
    return found;
  }
  // Refreshes until the directory shows exactly these.
  void expect_soon(const std::string& service, const std::vector<std::string>& expected) {
    EXPECT_NO_THROW(loop_.run_until([&] {
      loop_.run(sleep_for(5ms));
      refresh();
      return ids(service) == expected;
    })) << "still registered: "
        << ::testing::PrintToString(ids(service));
  }
  // As an instance would that has an hour to live.
  void write(Instance instance) {
    instance.lease = 1h;
    ASSERT_TRUE(loop_.run(beat(redis_, kQuick, instance)));
  }
  void write_record(const std::string& member, const std::string& text) {
    ask({"HSET", "test:instances", member, text});
  }
  std::uint64_t index() { return std::stoull(ask({"GET", "test:index"}).text); }
  // Lets the leases of these end now.
  void lapse(const std::vector<std::string>& ids) {
    for (const std::string& id : ids) ask({"ZADD", "test:leases", "1", "ml_service:" + id});
  }
  void expect_verdicts(const std::vector<VerdictOn>& verdicts) {
    const auto leads = loop_.run(lead(redis_, kQuick, "registry-1"));
    ASSERT_TRUE(loop_.run(publish_verdicts(redis_, kQuick, "registry-1", leads->term, verdicts)));
  }

  testing::PrivateRedis server_;
  testing::TestLoop loop_;
  redis::Client redis_{loop_.executor(), redis::Settings{server_.url(), 2s}};
  Directory directory_{redis_, kQuick};
};

TEST_F(RegistryTest, FindsWhoRegisters) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1", 8002));
  registration.start(loop_.executor());
  expect_soon("ml_service", {"ml_service-1"});
  const Instance found = directory_.instances("ml_service").front();
  EXPECT_EQ(found.port, 8002);
  EXPECT_EQ(found.host, "127.0.0.1");
  EXPECT_EQ(found.version, "1.2.3");
  EXPECT_EQ(found.started_at, "2026-11-24T08:00:00.000Z");
  EXPECT_EQ(found.verdict, Verdict::unknown);
  EXPECT_THAT(directory_.instances("other"), IsEmpty());
}

TEST_F(RegistryTest, ForgetsWhoLeavesAtOnce) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
  registration.start(loop_.executor());
  expect_soon("ml_service", {"ml_service-1"});
  loop_.run(registration.leave());
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), IsEmpty());
  EXPECT_EQ(ask({"HLEN", "test:instances"}).integer, 0);
}

TEST_F(RegistryTest, ForgetsWhoDiesWhenTheLeaseEnds) {
  {
    Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
    registration.start(loop_.executor());
    expect_soon("ml_service", {"ml_service-1"});
  }
  expect_soon("ml_service", {});
  EXPECT_EQ(ask({"HLEN", "test:instances"}).integer, 0);
}

TEST_F(RegistryTest, KeepsTheLeaseOfWhoLives) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
  registration.start(loop_.executor());
  expect_soon("ml_service", {"ml_service-1"});
  const auto until = std::chrono::steady_clock::now() + 3 * kQuick.lease();
  while (std::chrono::steady_clock::now() < until) {
    loop_.run(sleep_for(10ms));
    ASSERT_TRUE(refresh());
    ASSERT_THAT(ids("ml_service"), ElementsAre("ml_service-1"));
  }
}

TEST_F(RegistryTest, UsesAllInstancesInTurn) {
  for (const char* id : {"ml_service-1", "ml_service-2", "ml_service-3"}) write(instance_of("ml_service", id));
  ASSERT_TRUE(refresh());
  std::map<std::string, int> used;
  for (int i = 0; i < 30; ++i) ++used[directory_.pick("ml_service")->id];
  EXPECT_EQ(used, (std::map<std::string, int>{{"ml_service-1", 10}, {"ml_service-2", 10}, {"ml_service-3", 10}}));
}

TEST_F(RegistryTest, AvoidsWhoWasJustTried) {
  write(instance_of("ml_service", "ml_service-1"));
  write(instance_of("ml_service", "ml_service-2"));
  ASSERT_TRUE(refresh());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(directory_.pick("ml_service", {"ml_service-1"})->id, "ml_service-2");
  const auto none = directory_.pick("ml_service", {"ml_service-1", "ml_service-2"});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(none.error().message, HasSubstr("no other instance of ml_service"));
  EXPECT_EQ(directory_.pick("nobody").error().kind, ErrorKind::unavailable);
}

TEST_F(RegistryTest, PassesByWhoIsCriticalUnlessAllAre) {
  write(instance_of("ml_service", "ml_service-1"));
  write(instance_of("ml_service", "ml_service-2"));
  expect_verdicts({{"ml_service:ml_service-1", Verdict::critical, "it refused"},
                   {"ml_service:ml_service-2", Verdict::passing, ""}});
  ASSERT_TRUE(refresh());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(directory_.pick("ml_service")->id, "ml_service-2");
  EXPECT_EQ(directory_.instances("ml_service")[0].verdict, Verdict::critical);
  EXPECT_EQ(directory_.pick("ml_service", {"ml_service-2"})->id, "ml_service-1");

  expect_verdicts({{"ml_service:ml_service-2", Verdict::critical, "it refused"}});
  ASSERT_TRUE(refresh());
  std::set<std::string> used;
  for (int i = 0; i < 4; ++i) used.insert(directory_.pick("ml_service")->id);
  EXPECT_THAT(used, UnorderedElementsAre("ml_service-1", "ml_service-2"));
}

TEST_F(RegistryTest, ABrokenRecordHidesNobody) {
  write(instance_of("ml_service", "ml_service-1"));
  write_record("ml_service:broken", "{\"service\":");
  write_record("ml_service:portless",
               R"({"service":"ml_service","id":"portless","version":"1","host":"h","port":0,"started_at":""})");
  write_record("ml_service:liar", encode_record(instance_of("ml_service", "somebody-else")));
  write_record("ml_service:newer",
               R"({"service":"ml_service","id":"newer","version":"9","host":"h","port":1,"started_at":"","zone":"a"})");
  write_record("no colon", "{}");
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), ElementsAre("ml_service-1", "newer"));
}

TEST_F(RegistryTest, StaysWithTheLastKnownGoodSetWhileRedisIsAway) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
  registration.start(loop_.executor());
  expect_soon("ml_service", {"ml_service-1"});
  EXPECT_TRUE(directory_.fresh());

  server_.crash();
  EXPECT_FALSE(refresh());
  EXPECT_FALSE(directory_.fresh());
  EXPECT_EQ(directory_.pick("ml_service")->id, "ml_service-1");

  server_.start();  // and knows nothing any more
  ASSERT_TRUE(loop_.run(redis_.wait_connected(9s)));
  ASSERT_TRUE(refresh());
  EXPECT_TRUE(directory_.fresh());
  EXPECT_EQ(directory_.pick("ml_service")->id, "ml_service-1");
  loop_.run_until([&] { return ask({"HLEN", "test:instances"}).integer == 1; });  // it wrote itself again
}

TEST_F(RegistryTest, ForgetsWhoDidNotComeBackWithRedis) {
  write(instance_of("ml_service", "ml_service-1"));
  ASSERT_TRUE(refresh());
  server_.crash();
  EXPECT_FALSE(refresh());
  server_.start();
  ASSERT_TRUE(loop_.run(redis_.wait_connected(9s)));
  expect_soon("ml_service", {});
}

TEST_F(RegistryTest, RefreshesByItself) {
  directory_.start(loop_.executor());
  write(instance_of("ml_service", "ml_service-1"));
  loop_.run_until([&] { return !directory_.instances("ml_service").empty(); });
  EXPECT_EQ(directory_.all().size(), 1u);
}

TEST_F(RegistryTest, IsToldOfEveryChangeInOrder) {
  directory_.start(loop_.executor());
  ASSERT_TRUE(refresh());
  for (int i = 0; i < 300; ++i) write(instance_of("ml_service", "ml_service-" + std::to_string(1'000 + i)));
  ask({"DEL", "test:leases"});  // nothing of the following comes by a load's look at the leases
  loop_.run(remove(redis_, kQuick, "ml_service:ml_service-1000"));
  loop_.run_until([&] { return directory_.index() == index(); });
  EXPECT_EQ(directory_.instances("ml_service").size(), 299u);
  EXPECT_EQ(directory_.instances("ml_service").front().id, "ml_service-1001");
}

TEST_F(RegistryTest, AHeartbeatThatChangesNothingIsNoChange) {
  Instance instance = instance_of("ml_service", "ml_service-1");
  write(instance);
  const std::uint64_t before = index();
  for (int i = 0; i < 5; ++i) write(instance);
  EXPECT_EQ(index(), before);
  instance.status = Status::draining;
  write(instance);
  EXPECT_EQ(index(), before + 1);
  expect_verdicts({{"ml_service:ml_service-1", Verdict::critical, "refused after 3 ms"}});  // and a leader: two more
  expect_verdicts({{"ml_service:ml_service-1", Verdict::critical, "refused after 4 ms"}});
  expect_verdicts({{"ml_service:nobody", Verdict::critical, ""}});
  EXPECT_EQ(index(), before + 3);
}

TEST_F(RegistryTest, AnnouncesANewStatus) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
  registration.start(loop_.executor());
  expect_soon("ml_service", {"ml_service-1"});
  registration.announce(Status::draining);
  directory_.start(loop_.executor());
  loop_.run_until([&] { return directory_.instances("ml_service")[0].status == Status::draining; });
  EXPECT_EQ(directory_.pick("ml_service").error().kind, ErrorKind::unavailable);
}

TEST_F(RegistryTest, LoadsEverythingWhenTheLogNoLongerReachesBack) {
  directory_.start(loop_.executor());
  write(instance_of("ml_service", "ml_service-1"));
  loop_.run_until([&] { return directory_.instances("ml_service").size() == 1; });
  const std::uint64_t known = directory_.index();
  ask({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});  // the watching connection
  write(instance_of("ml_service", "ml_service-2"));
  loop_.run(remove(redis_, kQuick, "ml_service:ml_service-1"));
  ask({"XTRIM", "test:changes", "MAXLEN", "0"});
  write(instance_of("ml_service", "ml_service-3"));
  EXPECT_EQ(directory_.index(), known);
  loop_.run_until([&] { return directory_.index() == index(); });
  EXPECT_THAT(ids("ml_service"), ElementsAre("ml_service-2", "ml_service-3"));
}

TEST_F(RegistryTest, SeesThatAnEmptiedRedisIsAnother) {
  Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
  registration.start(loop_.executor());
  write(instance_of("ml_service", "ml_service-2"));  // which will not come back
  directory_.start(loop_.executor());
  loop_.run_until([&] { return directory_.instances("ml_service").size() == 2; });
  const std::uint64_t before = index();
  ask({"FLUSHALL"});
  loop_.run_until([&] { return directory_.index() > before; });  // the index grows across the loss
  EXPECT_THAT(ids("ml_service"), ElementsAre("ml_service-1", "ml_service-2"));
  EXPECT_TRUE(directory_.instances("ml_service")[1].kept);
  loop_.run_until([&] { return ids("ml_service") == std::vector<std::string>{"ml_service-1"}; });
}

TEST_F(RegistryTest, KeepsThoseWhoLapseAllAtOnce) {
  for (const char* id : {"a", "b", "c", "d"}) write(instance_of("ml_service", id));
  lapse({"a", "b", "c"});
  write(instance_of("ml_service", "d"));
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), ElementsAre("a", "b", "c", "d"));
  EXPECT_TRUE(directory_.instances("ml_service")[0].kept);
  EXPECT_FALSE(directory_.instances("ml_service")[3].kept);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(directory_.pick("ml_service")->id, "d");
  write(instance_of("ml_service", "a"));  // comes back, as most will
  write(instance_of("ml_service", "b"));
  ASSERT_TRUE(refresh());
  EXPECT_FALSE(directory_.instances("ml_service")[0].kept);
  EXPECT_THAT(ids("ml_service"), ElementsAre("a", "b", "c", "d")) << "for a lease from its beginning the guard waits";
  expect_soon("ml_service", {"a", "b", "d"});
}

TEST_F(RegistryTest, TheGuardEndsAfterTenLeasesInAnyCase) {
  for (const char* id : {"a", "b", "c"}) write(instance_of("ml_service", id));
  lapse({"a", "b", "c"});
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), ElementsAre("a", "b", "c"));
  const std::int64_t began = std::stoll(ask({"GET", "test:guard"}).text);
  ask({"SET", "test:guard", std::to_string(began - 5 * kQuick.lease().count())});
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), ElementsAre("a", "b", "c"));
  ask({"SET", "test:guard", std::to_string(began - 10 * kQuick.lease().count())});
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), IsEmpty());
  EXPECT_EQ(ask({"EXISTS", "test:guard", "test:kept"}).integer, 0);
}

TEST_F(RegistryTest, BuriesAMinorityAtOnce) {
  for (const char* id : {"a", "b", "c", "d"}) write(instance_of("ml_service", id));
  lapse({"a", "b"});
  write(instance_of("ml_service", "c"));
  ASSERT_TRUE(refresh());
  EXPECT_THAT(ids("ml_service"), ElementsAre("c", "d"));
}

TEST_F(RegistryTest, LetsOneLeadUntilItsLeaseEndsAndRefusesTheDeposed) {
  const RegistrySettings slow{"test", 1h};
  write(instance_of("ml_service", "a"));
  const std::vector<VerdictOn> sick{{"ml_service:a", Verdict::critical, ""}};
  const auto first = loop_.run(lead(redis_, slow, "registry-1"));
  EXPECT_GT(first->term, 0u);
  const auto second = loop_.run(lead(redis_, slow, "registry-2"));
  EXPECT_EQ(second->term, 0u);
  EXPECT_EQ(second->leader, "registry-1");
  EXPECT_EQ(loop_.run(lead(redis_, slow, "registry-1"))->term, first->term) << "keeping the lead is no new term";
  ASSERT_TRUE(refresh());
  EXPECT_EQ(directory_.leader(), "registry-1");

  ask({"PEXPIRE", "test:leader", "0"});
  const auto taken = loop_.run(lead(redis_, slow, "registry-2"));
  EXPECT_GT(taken->term, first->term);
  const auto late = loop_.run(publish_verdicts(redis_, slow, "registry-1", first->term, sick));
  EXPECT_EQ(late.error().kind, ErrorKind::conflict);
  EXPECT_EQ(ask({"HLEN", "test:health"}).integer, 0);
  EXPECT_TRUE(loop_.run(publish_verdicts(redis_, slow, "registry-2", taken->term, sick)));
  EXPECT_EQ(ask({"HGET", "test:health", "ml_service:a"}).text, "critical");

  loop_.run(resign(redis_, slow, "registry-1"));  // it does not lead
  EXPECT_EQ(ask({"EXISTS", "test:leader"}).integer, 1);
  loop_.run(resign(redis_, slow, "registry-2"));
  EXPECT_EQ(ask({"EXISTS", "test:leader"}).integer, 0);
  ASSERT_TRUE(refresh());
  EXPECT_EQ(directory_.instances("ml_service")[0].verdict, Verdict::critical) << "the next one may stand for them";
  ask({"PEXPIRE", "test:health", "0"});
  ASSERT_TRUE(refresh());
  EXPECT_EQ(directory_.instances("ml_service")[0].verdict, Verdict::unknown) << "verdicts end with who stands for them";
}

TEST_F(RegistryTest, WakesWhoWaitsForAChange) {
  directory_.start(loop_.executor());
  ASSERT_TRUE(refresh());
  write(instance_of("ml_service", "a"));
  loop_.run(directory_.wait_for_change(0, 9s));
  const std::uint64_t known = directory_.index();
  EXPECT_GT(known, 0u);
  loop_.run(directory_.wait_for_change(known, 5ms));  // in vain
  EXPECT_EQ(directory_.index(), known);
  directory_.release();
  loop_.run(directory_.wait_for_change(known, 1h));  // nobody waits any more
}

}  // namespace
}  // namespace valion::registry
