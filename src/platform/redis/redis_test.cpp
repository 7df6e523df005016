#include "platform/redis/redis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>

#include <chrono>

#include "platform/redis/free_port.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"

namespace valion::redis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class RedisTest : public ::testing::Test {
 protected:
  Result<Reply> ask(std::vector<std::string> arguments) { return loop_.run(client_.command(std::move(arguments))); }
  bool connects() { return loop_.run(client_.wait_connected(9s)); }

  testing::PrivateRedis redis_;
  testing::TestLoop loop_;
  Client client_{loop_.executor(), Settings{redis_.url(), 2s}};
};

TEST_F(RedisTest, HangsASpanBelowTheOneItIsGiven) {
  ASSERT_TRUE(connects());
  const trace::Tracer tracer(trace::TracerSettings{1.0});
  trace::Span job =
      tracer.begin({std::string(32, 'a'), std::string(16, 'b'), true}, "", "job", trace::SpanKind::consumer);
  std::vector<std::string> good{"SET", "house", "1"}, bad{"INCR"};
  EXPECT_TRUE(loop_.run(client_.command(good, job.parent())));
  EXPECT_FALSE(loop_.run(client_.command(bad, job.parent())));
  EXPECT_TRUE(loop_.run(client_.command(good)));  // below nothing: no span
  const auto spans = tracer.take(10);
  ASSERT_EQ(spans.size(), 2u);
  EXPECT_EQ(spans[0].name, "SET");
  EXPECT_EQ(spans[0].parent_span_id, std::string(16, 'b'));
  EXPECT_EQ(spans[0].kind, trace::SpanKind::client);
  EXPECT_FALSE(spans[0].failed);
  EXPECT_TRUE(spans[1].failed);
}

TEST_F(RedisTest, KeepsAnyBytes) {
  ASSERT_TRUE(connects());
  const std::string bytes("two\r\nlines and a \0 zero", 23);
  EXPECT_EQ(ask({"SET", "key with spaces", bytes})->text, "OK");
  EXPECT_EQ(ask({"GET", "key with spaces"})->text, bytes);
  EXPECT_EQ(ask({"SET", "", ""})->text, "OK");
  EXPECT_EQ(ask({"GET", ""})->kind, Reply::Kind::text);
}

TEST_F(RedisTest, UnderstandsEveryKindOfReply) {
  ASSERT_TRUE(connects());
  EXPECT_EQ(ask({"GET", "nothing"})->kind, Reply::Kind::nil);
  EXPECT_EQ(ask({"INCRBY", "count", "41"})->integer, 41);
  ask({"RPUSH", "list", "a", "b"});
  const auto list = ask({"LRANGE", "list", "0", "-1"});
  ASSERT_EQ(list->kind, Reply::Kind::array);
  ASSERT_EQ(list->elements.size(), 2u);
  EXPECT_EQ(list->elements[1].text, "b");
  EXPECT_EQ(ask({"LRANGE", "no list", "0", "-1"})->elements.size(), 0u);
}

TEST_F(RedisTest, ReportsAnErrorReply) {
  ASSERT_TRUE(connects());
  ask({"SET", "text", "abc"});
  const auto reply = ask({"INCR", "text"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::internal);
  EXPECT_THAT(reply.error().message, HasSubstr("not an integer"));
  EXPECT_EQ(ask({"GET", "text"})->text, "abc");
}

TEST_F(RedisTest, CarriesLargeValues) {
  ASSERT_TRUE(connects());
  const std::string large(20u << 20, 'v');
  EXPECT_EQ(ask({"SET", "large", large})->text, "OK");
  EXPECT_EQ(ask({"GET", "large"})->text, large);
}

Async<void> count_up(Client& client, int times, int& running) {
  for (int i = 0; i < times; ++i) {
    std::vector<std::string> command;
    command.emplace_back("INCR");
    command.emplace_back("shared");
    co_await client.command(std::move(command));
  }
  --running;
}

TEST_F(RedisTest, SharesOneConnectionAmongManyCoroutines) {
  ASSERT_TRUE(connects());
  constexpr int kCoroutines = 64;
  constexpr int kTimes = 500;
  int running = kCoroutines;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCoroutines; ++i) {
    asio::co_spawn(loop_.executor(), count_up(client_, kTimes, running), asio::detached);
  }
  loop_.run_until([&] { return running == 0; });
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(ask({"GET", "shared"})->text, std::to_string(kCoroutines * kTimes));
  RecordProperty("commands_per_second", static_cast<int>(kCoroutines * kTimes / took.count()));
}

TEST_F(RedisTest, AnswersUnavailableAtOnceWithoutAConnection) {
  redis_.crash();
  const auto reply = ask({"PING"});
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  EXPECT_FALSE(client_.connected());
}

TEST_F(RedisTest, ComesBackAfterACrash) {
  ASSERT_TRUE(connects());
  redis_.crash();
  // Writing into the broken connection must not raise SIGPIPE; whoever waits hears of the loss.
  for (int i = 0; i < 3; ++i) {
    const auto reply = ask({"SET", "key", "value"});
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(reply.error().message, HasSubstr("connect"));
  }
  redis_.start();
  ASSERT_TRUE(connects());
  EXPECT_EQ(ask({"SET", "key", "value"})->text, "OK");
}

TEST(Redis, GivesUpOnAServerThatHangs) {
  testing::PrivateRedis redis;
  testing::TestLoop loop;
  Client client(loop.executor(), Settings{redis.url(), 200ms});
  ASSERT_TRUE(loop.run(client.wait_connected(9s)));
  redis.hang();
  std::vector<std::string> ping;
  ping.emplace_back("PING");
  const auto reply = loop.run(client.command(ping));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().kind, ErrorKind::timeout);
  redis.wake();
  ASSERT_TRUE(loop.run(client.wait_connected(9s)));
  EXPECT_EQ(loop.run(client.command(ping))->text, "PONG");
}

TEST(Redis, CancelsWhoWaitsWhenClosed) {
  testing::PrivateRedis redis;
  testing::TestLoop loop;
  std::optional<Result<Reply>> answer;
  {
    Client client(loop.executor(), Settings{redis.url(), 5s});
    ASSERT_TRUE(loop.run(client.wait_connected(9s)));
    redis.hang();
    asio::co_spawn(loop.executor(), client.command({"PING"}),
                   [&](std::exception_ptr, Result<Reply> reply) { answer = std::move(reply); });
    loop.run(sleep_for(20ms));
    EXPECT_FALSE(answer);
  }
  EXPECT_FALSE(answer);  // not inside the destructor
  loop.run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->error().kind, ErrorKind::cancelled);
}

TEST(Redis, SignsInOverTcpAndChoosesADatabase) {
  const std::string port = std::to_string(testing::free_port());
  testing::PrivateRedis redis({"--port", port, "--bind", "127.0.0.1", "--requirepass", "open sesame"});
  testing::TestLoop loop;
  const std::string host = "127.0.0.1:" + port;
  Client in_three(loop.executor(), Settings{"redis://:open%20sesame@" + host + "/3", 2s});
  Client in_zero(loop.executor(), Settings{"redis://default:open%20sesame@localhost:" + port, 2s});
  ASSERT_TRUE(loop.run(in_three.wait_connected(9s)));
  ASSERT_TRUE(loop.run(in_zero.wait_connected(9s)));
  EXPECT_EQ(loop.run(in_three.command({"SET", "only", "in three"}))->text, "OK");
  EXPECT_EQ(loop.run(in_three.command({"GET", "only"}))->text, "in three");
  EXPECT_EQ(loop.run(in_zero.command({"GET", "only"}))->kind, Reply::Kind::nil);
}

TEST(Redis, SaysWhyItCannotSignIn) {
  const std::string port = std::to_string(testing::free_port());
  testing::PrivateRedis redis({"--port", port, "--bind", "127.0.0.1", "--requirepass", "open sesame"});
  testing::TestLoop loop;
  Client client(loop.executor(), Settings{"redis://:guess@127.0.0.1:" + port, 2s});
  EXPECT_FALSE(loop.run(client.wait_connected(300ms)));
  const auto reply = loop.run(client.command({"PING"}));
  EXPECT_EQ(reply.error().kind, ErrorKind::unavailable);
  EXPECT_THAT(reply.error().message, HasSubstr("WRONGPASS"));
  EXPECT_THAT(reply.error().message, Not(HasSubstr("guess")));
}

}  // namespace
}  // namespace valion::redis
