// The server against clients that are slow, broken, hostile or simply gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "platform/http/client.hpp"
#include "platform/http/loopback.hpp"
#include "platform/http/server.hpp"

namespace valion::http {
namespace {

using namespace std::chrono_literals;
using loopback::Loop;
using loopback::Peer;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class Countdown final : public BodyReader {
 public:
  Countdown(std::uint64_t length, bool breaks) : left_(length), breaks_(breaks) {}
  Async<Result<std::string>> read_some() override {
    if (left_ == 0 && breaks_) throw std::runtime_error("the source broke");
    std::string piece(std::min<std::uint64_t>(left_, 10'000), 's');
    left_ -= piece.size();
    co_return piece;
  }

 private:
  std::uint64_t left_;
  bool breaks_;
};

Response stream_of(std::shared_ptr<BodyReader> reader) {
  Response response;
  response.body = std::move(reader);
  return response;
}

// Lets what handlers throw through, unlike the service runtime: the server has to stand it.
Async<Response> careless(Request& request, const Result<Router::Match>& match) {
  if (!match) co_return problem_response(match.error(), request);
  auto response = co_await (*match->handler)(request);
  co_return response ? std::move(*response) : problem_response(response.error(), request);
}

class AdverseClient : public testing::Test {
 protected:
  AdverseClient() {
    add_routes();
    ServerSettings settings;
    settings.header_timeout = 150ms;
    settings.body_timeout = 150ms;
    settings.idle_timeout = 300ms;
    settings.header_limit = 4096;
    settings.connection_limit = 100;
    server_ = std::make_unique<Server>(loop_.executor(), settings, router_, careless);
    server_->start();
  }
  ~AdverseClient() override { loop_.stop(); }

  void add_routes() {
    router_.add(Method::get, "/hello", [](Request& r) -> Async<Result<Response>> {
      co_return text_response(200, "text/plain", r.request_id + " " + r.trace_id);
    });
    router_.add(Method::post, "/echo", [](Request& r) -> Async<Result<Response>> {
      VALION_CO_TRY_ASSIGN(std::string body, co_await read_all(*r.body, 1 << 20));
      co_return text_response(200, "text/plain", std::move(body));
    });
    router_.add(Method::post, "/mirror", [](Request& r) -> Async<Result<Response>> { co_return stream_of(r.body); },
                {.body_limit = 10'000'000});
    router_.add(Method::post, "/ignore",
                [](Request&) -> Async<Result<Response>> { co_return text_response(200, "text/plain", "ok"); },
                {.body_limit = 100'000'000});
    router_.add(Method::post, "/keep", [this](Request& r) -> Async<Result<Response>> {
      kept_ = r.body;
      co_return text_response(200, "text/plain", "ok");
    });
    router_.add(Method::post, "/late", [this](Request&) -> Async<Result<Response>> {
      auto late = co_await kept_->read_some();
      co_return text_response(200, "text/plain", late ? "read: " + *late : "refused");
    });
    router_.add(Method::get, "/throw", [](Request&) -> Async<Result<Response>> { throw std::runtime_error("a bug"); });
    router_.add(Method::get, "/stream", [](Request&) -> Async<Result<Response>> {
      co_return stream_of(std::make_shared<Countdown>(30'000, false));
    });
    router_.add(Method::get, "/endless", [](Request&) -> Async<Result<Response>> {
      co_return stream_of(std::make_shared<Countdown>(std::uint64_t{1} << 50, false));
    });
    router_.add(Method::get, "/breaks", [](Request&) -> Async<Result<Response>> {
      co_return stream_of(std::make_shared<Countdown>(30'000, true));
    });
    router_.add(Method::get, "/slow", [this](Request&) -> Async<Result<Response>> {
      started_ = true;
      while (!released_) co_await sleep_for(2ms);
      co_return text_response(200, "text/plain", "done");
    });
  }

  Peer connect() const { return Peer(server_->port()); }
  std::string ask(const std::string& bytes) const {
    Peer peer(server_->port());
    peer.try_to_say(bytes);
    return peer.hear_all();
  }
  bool all_gone() {
    return loop_.eventually([this] { return server_->connections() == 0; });
  }

  Router router_;
  Loop loop_;
  std::shared_ptr<BodyReader> kept_;
  bool started_ = false, released_ = false;  // on the loop's thread
  std::unique_ptr<Server> server_;
};

const std::string kClose = "Host: a\r\nConnection: close\r\n";

TEST_F(AdverseClient, ThatStopsInTheHeadIsToldAndThenForgottenEvenIfItNeverCloses) {
  Peer peer = connect();
  peer.say("GET /hello HT");
  const std::string told = peer.hear_until("}");
  EXPECT_THAT(told, StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(told, HasSubstr("\"status\":408"));
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, ThatNeverSpeaksIsForgotten) {
  Peer peer = connect();
  EXPECT_EQ(peer.hear_all(), "");
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, ThatStopsInTheBodyHears408) {
  const std::string told = ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_THAT(told, StartsWith("HTTP/1.1 408"));
  EXPECT_THAT(told, HasSubstr("\"status\":408"));
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, ThatDoesNotReadIsCutOff) {
  Peer peer = connect();
  peer.say("GET /endless HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(peer.hear(12), "HTTP/1.1 200");
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, ThatVanishesLeavesNothingBehind) {
  for (const char* beginning : {"", "GET /he", "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc",
                                "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                                "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    for (int i = 0; i < 5; ++i) {
      Peer peer = connect();
      peer.say(beginning);
      if (i % 2 == 0)
        peer.vanish();
      else
        peer.shut();
    }
  }
  EXPECT_THAT(ask("GET /hello HTTP/1.1\r\n" + kClose + "\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_TRUE(all_gone()) << "all were accepted before the last one was";
}

TEST_F(AdverseClient, SeesA500WhenAHandlerThrowsAndTheConnectionGoesOn) {
  Peer peer = connect();
  peer.say("GET /throw HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string told = peer.hear_until("}");
  EXPECT_THAT(told, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(told, HasSubstr("application/problem+json"));
  EXPECT_THAT(told, Not(HasSubstr("a bug")));
  peer.say("GET /hello HTTP/1.1\r\n" + kClose + "\r\n");
  EXPECT_THAT(peer.hear_all(), StartsWith("HTTP/1.1 200"));
  peer.shut();
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, SeesAStreamThatBreaksAsBroken) {
  const std::string told = ask("GET /breaks HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(told, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(told, Not(EndsWith("0\r\n\r\n")));
  EXPECT_TRUE(all_gone());
}

TEST_F(AdverseClient, CannotMakeTheServerCollectAnEndlessChunkExtensionOrTrailer) {
  for (const std::string beginning : {"1;x=", "0\r\nX: "}) {
    Peer peer = connect();
    peer.say("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + beginning);
    int taken = 0;
    while (taken < 1000 && peer.try_to_say(std::string(64 * 1024, 'e'))) ++taken;
    EXPECT_LT(taken, 300) << "more than 19 MB were taken";
    EXPECT_TRUE(all_gone());
  }
}

TEST_F(AdverseClient, CannotLeaveRoomForTwoReadings) {
  const auto status = [&](const std::string& head, const std::string& body = "") {
    return ask("POST /echo HTTP/1.1\r\nConnection: close\r\n" + head + "\r\n" + body).substr(0, 12);
  };
  const std::string bad = "HTTP/1.1 400";
  EXPECT_EQ(status("Host: a\r\nContent-Length: 2\r\n", "hi"), "HTTP/1.1 200");
  EXPECT_EQ(status("Content-Length: 0\r\n"), bad) << "no Host";
  EXPECT_EQ(status("Host: a\r\nHost: b\r\nContent-Length: 0\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n", "hi"), bad);
  EXPECT_EQ(status("Host: a\r\nContent-Length: -1\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 99999999999999999999\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: CHUNKED\r\n", "2\r\nhi\r\n0\r\n\r\n"), "HTTP/1.1 200");
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding : chunked\r\n", "0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\n", "zz\r\nhi\r\n0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\r\nTransfer-Encoding: chunked\r\n", "2\r\nhello\r\n0\r\n\r\n"), bad);
  EXPECT_EQ(status("Host: a\nContent-Length: 0\r\n"), bad) << "a bare line feed";
}

TEST_F(AdverseClient, GetsProblemsWhoseStatusIsTheAnswersOwn) {
  const std::string large = ask("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
  EXPECT_THAT(large, StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(large, HasSubstr("\"status\":431"));
  EXPECT_THAT(large, HasSubstr("X-Request-Id: "));
}

TEST_F(AdverseClient, CannotWalkOutOfThePath) {
  for (const char* path : {"/..", "/hello/..", "/%2e%2e/hello", "/%2E./hello", "/x%2f..", "/x%2F", "/hello%00",
                           "/hello%0d%0a", "/%5c..", "/%ff", "/%c0%ae", "/hello?a=%00", "/hello?a=%ff"}) {
    EXPECT_THAT(ask("GET " + std::string(path) + " HTTP/1.1\r\n" + kClose + "\r\n"), StartsWith("HTTP/1.1 400"))
        << path;
  }
}

TEST_F(AdverseClient, HearsWhatIsAllowedInTheAllowField) {
  EXPECT_THAT(ask("DELETE /echo HTTP/1.1\r\n" + kClose + "\r\n"), HasSubstr("\r\nAllow: POST\r\n"));
  EXPECT_THAT(ask("DELETE /hello HTTP/1.1\r\n" + kClose + "\r\n"), HasSubstr("\r\nAllow: GET, HEAD\r\n"));
  EXPECT_THAT(ask("BREW /hello HTTP/1.1\r\n" + kClose + "\r\n"), StartsWith("HTTP/1.1 405"));
}

TEST_F(AdverseClient, OfHttp10GetsAStreamWithoutChunks) {
  const std::string told = ask("GET /stream HTTP/1.0\r\n\r\n");
  EXPECT_THAT(told, Not(HasSubstr("chunked")));
  EXPECT_THAT(told, HasSubstr("Connection: close"));
  EXPECT_THAT(told, EndsWith("\r\n\r\n" + std::string(30'000, 's')));
}

TEST_F(AdverseClient, MayHaveItsBodyMirroredWhileItSendsIt) {
  const std::string small =
      ask("POST /mirror HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello");
  EXPECT_THAT(small, EndsWith("\r\n\r\n5\r\nhello\r\n0\r\n\r\n"));
  Peer peer = connect();
  const std::string sent(400'000, 'm');
  peer.say("POST /mirror HTTP/1.0\r\nContent-Length: 400000\r\n\r\n" + sent);
  peer.hear_until("\r\n\r\n");
  EXPECT_EQ(peer.hear_all(), sent);
}

TEST_F(AdverseClient, KeepsItsConnectionWhenLittleWasLeftUnread) {
  Peer peer = connect();
  peer.say("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n" + std::string(50'000, 'x'));
  EXPECT_THAT(peer.hear_until("ok"), HasSubstr("Connection: keep-alive"));
  peer.say("GET /hello HTTP/1.1\r\n" + kClose + "\r\n");
  EXPECT_THAT(peer.hear_all(), StartsWith("HTTP/1.1 200"));
  const std::string much =
      ask("POST /ignore HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  EXPECT_THAT(much, HasSubstr("Connection: close"));
}

TEST_F(AdverseClient, IsNotReadByAHandlerThatKeptTheBodyOfAnEarlierRequest) {
  Peer peer = connect();
  peer.say("POST /keep HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst");
  peer.hear_until("ok");
  peer.say("POST /late HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 6\r\n\r\nsecond");
  EXPECT_THAT(peer.hear_all(), EndsWith("refused"));
}

TEST_F(AdverseClient, IsAskedForItsBodyOnlyWhenItIsWanted) {
  const std::string expects = "HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-CONTINUE\r\n";
  EXPECT_THAT(ask("POST /echo " + expects + "Content-Length: 2\r\n\r\nhi"),
              StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"));
  EXPECT_THAT(ask("POST /echo " + expects + "Content-Length: 2000000\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(ask("POST /absent " + expects + "Content-Length: 2\r\n\r\n"), StartsWith("HTTP/1.1 404"));
}

TEST_F(AdverseClient, IsKnownByItsIds) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const std::string told = ask("GET /hello HTTP/1.1\r\nX-Request-Id: request-0001\r\ntraceparent: 00-" + trace +
                               "-b7ad6b7169203331-01\r\n" + kClose + "\r\n");
  EXPECT_THAT(told, HasSubstr("\r\nX-Request-Id: request-0001\r\n"));
  EXPECT_THAT(told, EndsWith("request-0001 " + trace));
  const std::string replaced = ask("GET /hello HTTP/1.1\r\nX-Request-Id: <script>\r\n" + kClose + "\r\n");
  EXPECT_THAT(replaced, Not(HasSubstr("script")));
}

TEST_F(AdverseClient, MayPipelineBodiesAndBeCutAnywhere) {
  const std::string one = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfirst";
  const std::string two =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n";
  const std::string three = "GET /hello HTTP/1.1\r\n" + kClose + "\r\n";
  const std::string all = one + two + three;
  for (std::size_t cut = 1; cut < all.size(); cut += 3) {
    Peer peer = connect();
    peer.say(all.substr(0, cut));
    peer.say(all.substr(cut));
    const std::string told = peer.hear_all();
    EXPECT_LT(told.find("first"), told.find("second")) << cut;
    EXPECT_THAT(told, HasSubstr("second")) << cut;
    EXPECT_THAT(told, HasSubstr("Connection: close")) << cut;
  }
}

TEST_F(AdverseClient, IsServedToTheEndByAServerThatDrains) {
  Peer peer = connect();
  peer.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(loop_.eventually([this] { return started_; }));
  const auto left = loop_.run<std::size_t>([this]() -> Async<std::size_t> {
    asio::co_spawn(loop_.executor(), server_->drain(5s), [](std::exception_ptr) {});
    co_await sleep_for(30ms);
    released_ = true;
    co_return server_->connections();
  });
  EXPECT_EQ(left, 1u);
  const std::string told = peer.hear_all();
  EXPECT_THAT(told, EndsWith("done"));
  EXPECT_THAT(told, HasSubstr("Connection: close"));
  peer.shut();
  EXPECT_TRUE(all_gone());
  EXPECT_THROW(connect(), std::exception);
}

TEST_F(AdverseClient, IsCutOffWhenDrainingTakesTooLong) {
  Peer peer = connect();
  peer.say("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_TRUE(loop_.eventually([this] { return started_; }));
  loop_.run<bool>([this]() -> Async<bool> {
    co_await server_->drain(40ms);
    co_return true;
  });
  EXPECT_EQ(peer.hear_all(), "");
  loop_.run<bool>([this]() -> Async<bool> { co_return released_ = true; });
  EXPECT_TRUE(all_gone());
}

}  // namespace
}  // namespace valion::http
