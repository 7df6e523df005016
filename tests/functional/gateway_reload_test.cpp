// Reloads of the route table under load: not one request fails, not one connection is lost, and what runs ends as it began.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "functional/gateway_alone.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;
using http::loopback::Peer;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string table_to(const SmallServer& server, int number) {
  return "ports: {api_gateway: 0}\ngateway: {identity: off}\nroutes:\n  - name: number" + std::to_string(number) +
         "\n    prefix: /\n    upstreams: ['http://127.0.0.1:" + std::to_string(server.port()) + "']\n";
}

// What became of a client that asked again and again over one connection.
struct Told {
  int answers = 0;
  int from_a = 0;
  int from_b = 0;
  std::string wrong;  // the first answer that was not right
};

Told keep_asking(std::uint16_t port, const std::atomic<bool>& enough) {
  Told told;
  Peer peer(port);
  while (!enough) {
    const std::string target = "/client/" + std::to_string(told.answers);
    const RawAnswer answer = ask(peer, get(target));
    const bool a = answer.body == "a GET " + target + " 0", b = answer.body == "b GET " + target + " 0";
    if (answer.status != 200 || (!a && !b)) {
      told.wrong = "after " + std::to_string(told.answers) + " answers: " + answer.head + answer.body;
      return told;
    }
    ++told.answers;
    (a ? told.from_a : told.from_b) += 1;
  }
  return told;
}

class GatewayReload : public ::testing::Test {
 protected:
  // As an editor does it: another file in the place of the old one.
  void put(const std::string& text) const {
    const auto made = folder_.write("made.yaml", text);
    std::filesystem::rename(made, file_);
  }

  SmallServer a_{"a"};
  SmallServer b_{"b"};
  TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.write("gateway.yaml", table_to(a_, 0));
};

TEST_F(GatewayReload, UnderLoadLosesNoRequestAndNoConnection) {
  AloneGateway gateway(file_, folder_.path() / "home");
  ASSERT_GT(gateway.port(), 0) << gateway.said();
  std::atomic<bool> enough = false;
  std::vector<Told> told(4);
  std::vector<std::jthread> clients;
  for (Told& one : told) clients.emplace_back([&] { one = keep_asking(gateway.port(), enough); });

  constexpr int kChanges = 40;
  int wrong_files = 0;
  for (int change = 1; change <= kChanges; ++change) {
    if (change % 5 == 0) {
      put("routes: [{name: broken, prefix: nowhere}]\n");
      ++wrong_files;
    } else {
      put(table_to(change % 2 == 0 ? a_ : b_, change));
    }
    if (change % 3 == 0) kill(gateway.process(), SIGHUP);
    std::this_thread::sleep_for(70ms);  // so that the watch sees most of them, and the clients all
  }
  put(table_to(b_, kChanges + 1));
  EXPECT_TRUE(eventually([&] {
    return gateway.ask({"routes"}).output.find("number" + std::to_string(kChanges + 1)) != std::string::npos;
  }));
  enough = true;
  clients.clear();

  int answers = 0, from_a = 0, from_b = 0;
  for (const Told& one : told) {
    EXPECT_EQ(one.wrong, "");
    answers += one.answers;
    from_a += one.from_a;
    from_b += one.from_b;
  }
  EXPECT_GT(answers, 400);
  EXPECT_GT(from_a, 0);
  EXPECT_GT(from_b, 0);
  const std::string log = gateway.log();
  EXPECT_THAT(log, HasSubstr("the route table is replaced"));
  EXPECT_THAT(log, HasSubstr("the one before stays in force"));
  std::printf("%d answers over 4 connections through %d changes, %d of them wrong: no error\n", answers, kChanges + 1,
              wrong_files);
}

TEST_F(GatewayReload, AnExchangeEndsWithTheTableItBeganWith) {
  AloneGateway gateway(file_, folder_.path() / "home");
  ASSERT_GT(gateway.port(), 0) << gateway.said();
  Peer slow(gateway.port());
  slow.say("GET /slow HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(slow.hear_until("begins "), HasSubstr("a begins"));
  put(table_to(b_, 1));
  Peer quick(gateway.port());
  EXPECT_TRUE(eventually([&] { return ask(quick, get("/x")).body == "b GET /x 0"; }));
  a_.let_go();
  EXPECT_THAT(slow.hear_all(), HasSubstr("a ends"));
}

TEST_F(GatewayReload, ShowsWhyAFileIsNotInForceUntilItIsMended) {
  AloneGateway gateway(file_, folder_.path() / "home");
  ASSERT_GT(gateway.port(), 0) << gateway.said();
  put("routes: [{name: broken, prefix: nowhere, service: x}]\n");
  EXPECT_TRUE(eventually([&] { return gateway.ask({"routes"}).output.find("wants a path") != std::string::npos; }));
  const Finished refused = gateway.ask({"reload"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.output, HasSubstr("/routes/0/prefix"));
  put(table_to(a_, 2));
  EXPECT_TRUE(eventually([&] { return gateway.ask({"routes"}).output.find("number2") != std::string::npos; }));
  EXPECT_THAT(gateway.ask({"reload"}).output, HasSubstr("unchanged"));
}

}  // namespace
}  // namespace valion::functional
