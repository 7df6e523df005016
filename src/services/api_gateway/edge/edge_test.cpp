// The edge over real sockets, with clients and servers that say exactly what they are told to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "platform/http/loopback.hpp"
#include "services/api_gateway/edge/listener.hpp"

namespace valion::gateway {
namespace {

using namespace std::chrono_literals;
using http::loopback::Loop;
using http::loopback::Peer;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class NobodyAsks final : public CallerCheck {
 public:
  CallerPtr known(const Fields&) override { return nullptr; }
  Async<Result<CallerPtr>> verify(const Fields&, const std::string&) override {
    co_return fail(ErrorKind::unauthenticated, "nobody is known here");
  }
  const std::string& internal_authorization(const Caller&) override { return none_; }

 private:
  std::string none_;
};

const std::string kGet = "GET /x HTTP/1.1\r\nHost: house\r\n\r\n";
const std::string kPlainAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

class EdgeTest : public ::testing::Test {
 protected:
  EdgeTest() : acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}) {
    settings_.header_timeout = 300ms;
    settings_.body_timeout = 300ms;
    settings_.reader_timeout = 300ms;
    settings_.upstream_timeout = 500ms;
    const auto hello = [](http::Request&) -> Async<Result<http::Response>> {
      co_return http::text_response(200, "text/plain", "own words");
    };
    const auto echo = [](http::Request& request) -> Async<Result<http::Response>> {
      auto body = co_await http::read_all(*request.body, 1 << 20);
      if (!body) co_return fail(std::move(body).error());
      co_return http::text_response(200, "text/plain", *body);
    };
    router_.add(http::Method::get, "/own", hello);
    router_.add(http::Method::post, "/own", echo);
  }
  ~EdgeTest() override { loop_.stop(); }

  void start(std::shared_ptr<TlsContext> tls = nullptr) {
    Route route;
    route.name = "all";
    route.prefix = "/";
    route.replacement = "/";
    route.authenticated = false;
    route.timeout = timeout_;
    route.upstreams = {{"127.0.0.1", acceptor_.local_endpoint().port()}};
    route.body_limit = 64u << 20;
    route.caches = caches_;
    Route own = route;
    own.name = "own";
    own.prefix = own.replacement = "/own";
    own.upstreams.clear();
    own.service = std::string(kGatewayItself);
    const auto table = std::make_shared<const RouteTable>(std::vector<Route>{route, own});
    steps_.routes = std::make_shared<ActiveRoutes>(table, steps_.upstreams, metrics_);
    port_ = loop_.run<std::uint16_t>([this, tls]() -> Async<std::uint16_t> {
      edge_ = std::make_shared<Edge>(loop_.executor(), settings_, router_, &EdgeTest::around);
      edge_->steps = &steps_;
      listener_ = std::make_unique<Listener>(edge_, http::ServerSettings{}, tls);
      listener_->start();
      co_return listener_->port();
    });
  }
  static Async<http::Response> around(http::Request& request, const Result<http::Router::Match>& match) {
    if (!match) co_return http::problem_response(match.error(), request);
    auto answer = co_await (*match->handler)(request);
    co_return answer ? std::move(*answer) : http::problem_response(answer.error(), request);
  }
  Peer client() { return Peer(port_); }
  Peer server() { return Peer(acceptor_); }

  Loop loop_;
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;
  EdgeSettings settings_;
  std::chrono::milliseconds timeout_{2'000};
  bool caches_ = false;
  http::Router router_;
  metrics::Registry metrics_{metrics::Labels{}};
  log::Logger log_{log::LogSettings{std::filesystem::temp_directory_path() / "valion_edge_test.log", "edge", "edge"}};
  redis::Client redis_{loop_.executor(), redis::Settings{"unix:/nowhere/redis.sock"}};
  registry::Directory directory_{redis_, registry::RegistrySettings{}};
  Upstreams upstreams_{directory_, metrics_, log_};
  NobodyAsks callers_;
  Steps steps_{log_, metrics_, trace::Tracer(), upstreams_, callers_, nullptr};
  std::shared_ptr<Edge> edge_;
  std::unique_ptr<Listener> listener_;
  std::uint16_t port_ = 0;
};

TEST_F(EdgeTest, RelaysARequestAndItsAnswerOverKeptConnections) {
  start();
  Peer client = this->client();
  client.say("GET /a%20b?c=d HTTP/1.1\r\nHost: house\r\nX-Mine: 1\r\nConnection: keep-alive\r\n\r\n");
  Peer server = this->server();
  const std::string asked = server.hear_until("\r\n\r\n");
  EXPECT_THAT(asked, StartsWith("GET /a%20b?c=d HTTP/1.1\r\n"));
  EXPECT_THAT(asked, AllOf(HasSubstr("X-Mine: 1\r\n"), HasSubstr("X-Forwarded-For: 127.0.0.1"),
                           HasSubstr("traceparent: 00-"), Not(HasSubstr("keep-alive"))));
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nKeep-Alive: timeout=5\r\nX-His: 2\r\n\r\nhello");
  EXPECT_THAT(client.hear_until("\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("X-His: 2\r\n"), HasSubstr("Content-Length: 5\r\n"),
                    HasSubstr("X-Request-Id: "), Not(HasSubstr("Keep-Alive"))));
  EXPECT_EQ(client.hear(5), "hello");
  client.say(kGet);
  EXPECT_THAT(server.hear_until("\r\n\r\n"), StartsWith("GET /x ")) << "the same connection";
  server.say(kPlainAnswer);
  EXPECT_THAT(client.hear_until("hello"), EndsWith("hello"));
}

TEST_F(EdgeTest, AnswersPipelinedRequestsInTheirOrder) {
  start();
  Peer client = this->client();
  client.say(
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /own HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
      "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
  Peer server = this->server();
  EXPECT_THAT(server.hear_until("\r\n\r\n"), StartsWith("GET /1 "));
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
  EXPECT_THAT(client.hear_until("first"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(client.hear_until("abc"), EndsWith("\r\n\r\nabc"));
  EXPECT_THAT(server.hear_until("\r\n\r\n"), StartsWith("GET /2 "));
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlast");
  EXPECT_THAT(client.hear_until("last"), StartsWith("HTTP/1.1 200"));
}

TEST_F(EdgeTest, CutsOffASlowHead) {
  start();
  Peer client = this->client();
  client.say("GET /own HTTP/1.1\r\nHost:");
  EXPECT_THAT(client.hear_all(), AllOf(StartsWith("HTTP/1.1 408 "), HasSubstr("took too long")));
}

TEST_F(EdgeTest, CutsOffASlowBody) {
  start();
  Peer client = this->client();
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(client.hear_until("\r\n\r\n"), StartsWith("HTTP/1.1 408 "));
}

TEST_F(EdgeTest, CutsOffASlowReader) {
  start();
  Peer client = this->client();
  client.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string piece(1 << 20, 'x');
  bool taken = true;
  for (int i = 0; i < 1000 && taken; ++i) taken = server.try_to_say(piece);
  EXPECT_FALSE(taken) << "the server is let go when the client does not read";
}

TEST_F(EdgeTest, StreamsBodiesOfAnySizeBothWays) {
  start();
  Peer client = this->client();
  const std::string body(3 << 20, 'b');
  client.say("PUT /x HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  std::thread sender([&] { client.say(body); });
  Peer server = this->server();
  EXPECT_THAT(server.hear_until("\r\n\r\n"), HasSubstr("Content-Length: " + std::to_string(body.size())));
  EXPECT_EQ(server.hear(body.size()), body);
  sender.join();
  std::thread answerer(
      [&] { server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n300000\r\n" + body + "\r\n0\r\n\r\n"); });
  EXPECT_THAT(client.hear_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  const std::string got = client.hear_until("\r\n0\r\n\r\n");
  answerer.join();
  EXPECT_EQ(std::count(got.begin(), got.end(), 'b'), std::ptrdiff_t{3 << 20});
}

TEST_F(EdgeTest, PassesChunksOnAndReusesBothConnections) {
  start();
  Peer client = this->client();
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  Peer server = this->server();
  EXPECT_THAT(server.hear_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_EQ(server.hear_until("abc\r\n"), "3\r\nabc\r\n") << "as it came, before the end has";
  client.say("2\r\nde\r\n0\r\n\r\n");
  EXPECT_EQ(server.hear_until("0\r\n\r\n"), "2\r\nde\r\n0\r\n\r\n");
  server.say(kPlainAnswer);
  client.hear_until("hello");
  client.say(kGet);
  EXPECT_THAT(server.hear_until("\r\n\r\n"), StartsWith("GET /x "));
  server.say(kPlainAnswer);
  EXPECT_THAT(client.hear_until("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(EdgeTest, PassesAnEarlyAnswerOnWhileTheBodyIsStillComing) {
  start();
  Peer client = this->client();
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\nabc");
  Peer server = this->server();
  server.hear_until("abc");
  server.say("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\n\r\nno!");
  EXPECT_THAT(client.hear_until("no!"), AllOf(StartsWith("HTTP/1.1 413"), HasSubstr("Connection: close")));
}

TEST_F(EdgeTest, TellsTheClientToGoOn) {
  start();
  Peer client = this->client();
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.hear_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("abc");
  Peer server = this->server();
  EXPECT_THAT(server.hear_until("abc"), Not(HasSubstr("Expect")));
  server.say(kPlainAnswer);
  EXPECT_THAT(client.hear_until("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(EdgeTest, FlushesEventsAsTheyCome) {
  start();
  Peer client = this->client();
  client.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
  EXPECT_THAT(client.hear_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked")) << "before any event";
  server.say("data: 1\n\n");
  EXPECT_EQ(client.hear_until("1\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  server.say("data: 2\n\n");
  EXPECT_EQ(client.hear_until("2\n\n\r\n"), "9\r\ndata: 2\n\n\r\n");
  server.shut();
  EXPECT_EQ(client.hear_until("0\r\n\r\n"), "0\r\n\r\n");
}

TEST_F(EdgeTest, BecomesATunnelForAWebSocket) {
  start();
  Peer client = this->client();
  client.say(
      "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
  Peer server = this->server();
  EXPECT_THAT(server.hear_until("\r\n\r\n"), AllOf(HasSubstr("Upgrade: websocket"), HasSubstr("Sec-WebSocket-Key")));
  server.say("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfrom server");
  EXPECT_THAT(client.hear_until("from server"),
              AllOf(StartsWith("HTTP/1.1 101"), HasSubstr("Upgrade: websocket"), EndsWith("\r\n\r\nfrom server")));
  client.say("from client");
  EXPECT_EQ(server.hear(11), "from client");
  client.shut();
  EXPECT_EQ(server.hear_all(), "");
}

TEST_F(EdgeTest, ReplacesAPooledConnectionThatWasClosed) {
  start();
  Peer client = this->client();
  client.say(kGet);
  {
    Peer server = this->server();
    server.hear_until("\r\n\r\n");
    server.say(kPlainAnswer);
    client.hear_until("hello");
  }
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
  Peer again = this->server();
  EXPECT_THAT(again.hear_until("hi"), StartsWith("POST /x "));
  again.say(kPlainAnswer);
  EXPECT_THAT(client.hear_until("hello"), StartsWith("HTTP/1.1 200"));
}

TEST_F(EdgeTest, CutsTheClientWhenAnAnswerBreaksOff) {
  start();
  Peer client = this->client();
  client.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
  client.hear_until("only this");
  server.vanish();
  EXPECT_EQ(client.hear_all(), "") << "and not one byte that would pass for the rest";
}

TEST_F(EdgeTest, TellsAnUnreachableServerFromASlowOneAndFromNonsense) {
  timeout_ = 200ms;
  start();
  Peer client = this->client();
  client.say(kGet);
  Peer silent = this->server();
  EXPECT_THAT(client.hear_until("}"), StartsWith("HTTP/1.1 504 "));
  client.say(kGet);
  Peer babbling = this->server();
  babbling.hear_until("\r\n\r\n");
  babbling.say("SSH-2.0-nonsense\r\n\r\n");
  EXPECT_THAT(client.hear_until("}"), StartsWith("HTTP/1.1 502 "));
  client.say(kGet);
  Peer leaving = this->server();
  leaving.hear_until("\r\n\r\n");
  leaving.vanish();
  EXPECT_THAT(client.hear_until("}"), AllOf(StartsWith("HTTP/1.1 502 "), HasSubstr("cannot be reached")));
}

const std::string kManyWords = std::string(4'000, 'a');

TEST_F(EdgeTest, CompressesForThoseWhoTakeIt) {
  start();
  steps_.routes->all[0].compresses = true;
  Peer client = this->client();
  client.say("GET /x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"v1\"\r\nContent-Length: 4000\r\n\r\n" +
             kManyWords);
  EXPECT_THAT(client.hear_until("\r\n\r\n"),
              AllOf(HasSubstr("Content-Encoding: gzip\r\n"), HasSubstr("ETag: \"v1~gzip\"\r\n"),
                    HasSubstr("Vary: Accept-Encoding"), Not(HasSubstr("Content-Length"))));
  EXPECT_LT(client.hear_until("\r\n0\r\n\r\n").size(), 200u);

  client.say("GET /x HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\nIf-None-Match: \"v1~gzip\"\r\n\r\n");
  EXPECT_THAT(server.hear_until("\r\n\r\n"), HasSubstr("If-None-Match: \"v1\"\r\n")) << "the server knows its own tag";
  server.say("HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
  EXPECT_THAT(client.hear_until("\r\n\r\n"), AllOf(StartsWith("HTTP/1.1 304 "), HasSubstr("ETag: \"v1~gzip\"\r\n")));
}

TEST_F(EdgeTest, LeavesBytesAloneForThoseWhoDoNotTakeThemCompressed) {
  start();
  steps_.routes->all[0].compresses = true;
  Peer client = this->client();
  client.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nETag: \"v1\"\r\nContent-Length: 4000\r\n\r\n" +
             kManyWords);
  EXPECT_THAT(client.hear_until("\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 4000\r\n"), HasSubstr("ETag: \"v1\"\r\n"), Not(HasSubstr("gzip"))));
  EXPECT_EQ(client.hear(4'000), kManyWords);
}

TEST_F(EdgeTest, LetsOneClientRefreshAStaleAnswerWhileOthersHaveItAtOnce) {
  std::atomic<std::int64_t> later = 0;  // seconds
  cache::Settings cached;
  cached.clock = [&later] { return cache::moment_now() + std::chrono::seconds(later.load()); };
  cache::ResponseCache answers(loop_.executor(), cached);
  steps_.cache = &answers;
  caches_ = true;
  start();
  const std::string lasting =
      "HTTP/1.1 200 OK\r\nCache-Control: max-age=1, stale-while-revalidate=60\r\nContent-Length: 3\r\n\r\n";
  Peer first = client();
  first.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say(lasting + "old");
  first.hear_until("old");
  later = 30;
  first.say(kGet);
  EXPECT_THAT(server.hear_until("\r\n\r\n"), StartsWith("GET /x "));
  Peer second = client();
  second.say(kGet);
  EXPECT_THAT(second.hear_until("old"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("\r\nAge: ")));
  server.say(lasting + "new");
  EXPECT_THAT(first.hear_until("new"), StartsWith("HTTP/1.1 200 "));
  second.say(kGet);
  EXPECT_THAT(second.hear_until("new"), StartsWith("HTTP/1.1 200 "));
  steps_.cache = nullptr;
}

TEST_F(EdgeTest, AnswersHeadWithoutABody) {
  start();
  Peer client = this->client();
  client.say("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  EXPECT_THAT(client.hear_until("\r\n\r\n"), HasSubstr("Content-Length: 5\r\n"));
  client.say("GET /own HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.hear_until("own words"), StartsWith("HTTP/1.1 200"));
}

TEST_F(EdgeTest, ServesHttp10) {
  start();
  Peer client = this->client();
  client.say("GET /x HTTP/1.0\r\n\r\n");
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  server.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  EXPECT_THAT(client.hear_all(), AllOf(EndsWith("\r\n\r\nhello"), Not(HasSubstr("chunked"))));
}

TEST_F(EdgeTest, RefusesWhatTwoParsersCouldReadDifferently) {
  start();
  Peer client = this->client();
  client.say("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  EXPECT_THAT(client.hear_all(), AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr("Connection: close")));
}

TEST_F(EdgeTest, LetsRunningRequestsFinishWhenItDrains) {
  start();
  Peer client = this->client();
  client.say(kGet);
  Peer server = this->server();
  server.hear_until("\r\n\r\n");
  std::thread drain([&] {
    loop_.run<bool>([&]() -> Async<bool> {
      co_await listener_->drain(5s);
      co_return true;
    });
  });
  ASSERT_TRUE(loop_.eventually([&] { return edge_->draining; }));
  server.say(kPlainAnswer);
  EXPECT_THAT(client.hear_all(), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Connection: close"), EndsWith("hello")));
  drain.join();
  EXPECT_EQ(listener_->connections(), 0u);
}

TEST_F(EdgeTest, SleepsWithoutAnAnswerToGiveAndWakesUp) {
  start();
  Peer client = this->client();
  client.say("GET /own HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.hear_until("own words"), StartsWith("HTTP/1.1 200"));
  std::this_thread::sleep_for(1200ms);  // longer than a connection keeps its memory
  client.say("GET /own HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(client.hear_until("own words"), StartsWith("HTTP/1.1 200"));
}

}  // namespace
}  // namespace valion::gateway
