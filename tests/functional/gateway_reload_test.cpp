// Reloads of the route table under load: not one request fails, not one connection is lost, and what runs ends as it began.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "functional/small_server.hpp"
#include "platform/auth/token.hpp"
#include "platform/redis/free_port.hpp"
#include "platform/service/running_service.hpp"
#include "services/api_gateway/api_gateway.hpp"

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
  using Gateway = valion::testing::RunningService<ApiGateway>;

  void start() {
    auto settings = load_settings(file_, {});
    ASSERT_TRUE(settings) << settings.error().message;
    settings->home = folder_.path() / "home";
    settings->gateway_admin_port = admin_port_;
    gateway_ = std::make_unique<Gateway>(*settings);
    ASSERT_GT(gateway_->port(), 0) << gateway_->said();
  }
  // What the admin port says; empty while it does not answer.
  std::string admin(http::Method method, const std::string& target) {
    http::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = admin_port_;
    request.method = method;
    request.target = target;
    const auto key = auth::SigningKey::load_or_create(folder_.path() / "home" / "secrets" / "internal.key");
    const auth::TokenSettings token{auth::kInternalAudience, 60s, 5s};
    request.headers.set("Authorization",
                        "Bearer " + auth::issue_token(key, token, Principal{"valion", "operator", {"admin"}},
                                                      std::chrono::system_clock::now()));
    return client_loop_.run<std::string>([this, &request]() -> Async<std::string> {
      http::Client client(client_loop_.executor());
      auto answer = co_await client.send(std::move(request));
      if (!answer) co_return std::string();
      auto body = co_await http::read_all(*answer->body, 1u << 20);
      co_return body ? std::move(*body) : std::string();
    });
  }
  bool shows(const std::string& text) {
    return valion::testing::eventually(
        [&] { return admin(http::Method::get, "/routes").find(text) != std::string::npos; });
  }
  [[nodiscard]] std::string log() const {
    return valion::testing::content_of(folder_.path() / "home" / "logs" / "api_gateway.log");
  }
  // As an editor does it: another file in the place of the old one.
  void put(const std::string& text) const {
    std::ofstream(folder_.path() / "made.yaml") << text;
    std::filesystem::rename(folder_.path() / "made.yaml", file_);
  }

  SmallServer a_{"a"};
  SmallServer b_{"b"};
  valion::testing::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "gateway.yaml";
  std::uint16_t admin_port_ = valion::testing::free_port();
  http::loopback::Loop client_loop_;
  std::unique_ptr<Gateway> gateway_;
};

TEST_F(GatewayReload, UnderLoadLosesNoRequestAndNoConnection) {
  put(table_to(a_, 0));
  ASSERT_NO_FATAL_FAILURE(start());
  std::atomic<bool> enough = false;
  std::vector<Told> told(4);
  std::vector<std::jthread> clients;
  for (Told& one : told) clients.emplace_back([&] { one = keep_asking(gateway_->port(), enough); });

  constexpr int kChanges = 40;
  int wrong_files = 0;
  for (int change = 1; change <= kChanges; ++change) {
    if (change % 5 == 0) {
      put("routes: [{name: broken, prefix: nowhere}]\n");
      ++wrong_files;
    } else {
      put(table_to(change % 2 == 0 ? a_ : b_, change));
    }
    if (change % 3 == 0) gateway_->signal(SIGHUP);
    std::this_thread::sleep_for(70ms);  // so that the watch sees most of them, and the clients all
  }
  put(table_to(b_, kChanges + 1));
  EXPECT_TRUE(shows("number" + std::to_string(kChanges + 1)));
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
  EXPECT_THAT(log(), HasSubstr("the route table is replaced"));
  EXPECT_THAT(log(), HasSubstr("the one before stays in force"));
  std::printf("%d answers over 4 connections through %d changes, %d of them wrong: no error\n", answers, kChanges + 1,
              wrong_files);
}

TEST_F(GatewayReload, AnExchangeEndsWithTheTableItBeganWith) {
  put(table_to(a_, 0));
  ASSERT_NO_FATAL_FAILURE(start());
  Peer slow(gateway_->port());
  slow.say("GET /slow HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(slow.hear_until("begins "), HasSubstr("a begins"));
  put(table_to(b_, 1));
  Peer quick(gateway_->port());
  EXPECT_TRUE(valion::testing::eventually([&] { return ask(quick, get("/x")).body == "b GET /x 0"; }));
  a_.let_go();
  EXPECT_THAT(slow.hear_all(), HasSubstr("a ends"));
}

TEST_F(GatewayReload, ShowsWhyAFileIsNotInForceUntilItIsMended) {
  put(table_to(a_, 0));
  ASSERT_NO_FATAL_FAILURE(start());
  put("routes: [{name: broken, prefix: nowhere, service: x}]\n");
  EXPECT_TRUE(shows("wants a path"));
  const std::string refused = admin(http::Method::post, "/reload");
  EXPECT_THAT(refused, HasSubstr(R"("status":422)"));
  EXPECT_THAT(refused, HasSubstr("/routes/0/prefix"));
  put(table_to(a_, 2));
  EXPECT_TRUE(shows("number2"));
  EXPECT_THAT(admin(http::Method::post, "/reload"), HasSubstr("unchanged"));
}

}  // namespace
}  // namespace valion::functional
