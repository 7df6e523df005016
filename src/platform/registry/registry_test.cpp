#include "platform/registry/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/registry/record.hpp"

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
  void write_record(const std::string& member, const std::string& text) {
    ask({"SADD", index_key(kQuick), member});
    ask({"SET", instance_key(kQuick, member), text});
  }
  void write(const Instance& instance) { write_record(member_of(instance), encode_record(instance)); }

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
  EXPECT_EQ(ask({"SCARD", index_key(kQuick)}).integer, 0);
}

TEST_F(RegistryTest, ForgetsWhoDiesWhenTheLeaseEnds) {
  {
    Registration registration(redis_, kQuick, instance_of("ml_service", "ml_service-1"));
    registration.start(loop_.executor());
    expect_soon("ml_service", {"ml_service-1"});
  }
  expect_soon("ml_service", {});
  EXPECT_EQ(ask({"SCARD", index_key(kQuick)}).integer, 1);
  loop_.run_until([&] {  // and the index is tidied a lease later
    loop_.run(sleep_for(5ms));
    refresh();
    return ask({"SCARD", index_key(kQuick)}).integer == 0;
  });
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
  const RegistrySettings slow{"test", 1h};  // verdicts that do not lapse during the test
  loop_.run(publish_verdict(redis_, slow, "ml_service-1", Verdict::critical));
  loop_.run(publish_verdict(redis_, slow, "ml_service-2", Verdict::passing));
  ASSERT_TRUE(refresh());
  for (int i = 0; i < 4; ++i) EXPECT_EQ(directory_.pick("ml_service")->id, "ml_service-2");
  EXPECT_EQ(directory_.instances("ml_service")[0].verdict, Verdict::critical);
  EXPECT_EQ(directory_.pick("ml_service", {"ml_service-2"})->id, "ml_service-1");

  loop_.run(publish_verdict(redis_, slow, "ml_service-2", Verdict::critical));
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
  ask({"SADD", index_key(kQuick), "no colon"});
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
  loop_.run_until([&] { return ask({"SCARD", index_key(kQuick)}).integer == 1; });  // it wrote itself again
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

}  // namespace
}  // namespace valion::registry
