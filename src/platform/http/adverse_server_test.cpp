// The client against servers that close, stall, lie or babble; and long streams, whose memory stays small.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "platform/http/client.hpp"
#include "platform/http/loopback.hpp"
#include "platform/http/server.hpp"

namespace valion::http {
namespace {

using namespace std::chrono_literals;
using loopback::Loop;
using loopback::Peer;
using testing::HasSubstr;

// Plays one script on each connection, in order, then refuses.
class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit ScriptedServer(std::vector<Script> scripts)
      : acceptor_(context_, {asio::ip::make_address("127.0.0.1"), 0}),
        port(acceptor_.local_endpoint().port()),
        thread_([this, scripts = std::move(scripts)] {
          for (const Script& script : scripts) {
            Peer peer(acceptor_);
            if (stopping_) return;
            ++connections;
            script(peer);
          }
          acceptor_.close();
        }) {}
  ~ScriptedServer() {
    stopping_ = true;
    asio::ip::tcp::socket last(context_);  // wakes the acceptor when it still waits
    boost::system::error_code ignored;
    last.connect({asio::ip::make_address("127.0.0.1"), port}, ignored);
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

 private:
  asio::io_context context_{1};
  asio::ip::tcp::acceptor acceptor_;

 public:
  const std::uint16_t port;
  std::atomic<int> connections = 0;

 private:
  std::atomic<bool> stopping_ = false;
  std::jthread thread_;
};

void answer(Peer& peer, const std::string& text) {
  peer.hear_until("\r\n\r\n");
  peer.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text);
}

class AdverseServer : public testing::Test {
 protected:
  AdverseServer() {
    ClientSettings settings;
    settings.connect_timeout = 500ms;
    settings.header_timeout = 200ms;
    settings.read_timeout = 200ms;
    client_ = std::make_unique<Client>(loop_.executor(), settings);
  }
  ~AdverseServer() override { loop_.stop(); }

  Result<FetchedResponse> ask(std::uint16_t port, Method method = Method::get, std::string body = "",
                              std::size_t limit = 1 << 20) {
    ClientRequest request;
    request.port = port;
    request.method = method;
    request.body = std::move(body);
    return loop_.run<Result<FetchedResponse>>(
        [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(*client_, request, limit); });
  }
  // What becomes of an answer of exactly these bytes, after which the server closes.
  Result<FetchedResponse> hear(const std::string& bytes, Method method = Method::get) {
    ScriptedServer server({[&](Peer& peer) {
      peer.hear_until("\r\n\r\n");
      peer.say(bytes);
    }});
    return ask(server.port, method);
  }

  Loop loop_;
  std::unique_ptr<Client> client_;
};

TEST_F(AdverseServer, ThatClosedAPooledConnectionIsNotNoticedByTheCaller) {
  ScriptedServer server({[](Peer& peer) { answer(peer, "one"); }, [](Peer& peer) { answer(peer, "two"); }});
  EXPECT_EQ(ask(server.port, Method::post, "a").value().body, "one");
  // The first peer is gone as soon as its script has ended and the second connection is waited for.
  ASSERT_TRUE(loop_.eventually([&] { return server.connections == 1; }));
  std::this_thread::sleep_for(20ms);  // the farewell has to cross the loopback interface: nothing on our side shows it
  EXPECT_EQ(ask(server.port, Method::post, "b").value().body, "two") << "even a POST: nothing had been sent yet";
}

TEST_F(AdverseServer, ThatDiesOverARequestGetsAGetAgainButNeverAPost) {
  const auto dies_over_the_second = [](Peer& peer) {
    answer(peer, "one");
    peer.hear_until("\r\n\r\n");
  };
  {
    ScriptedServer server({dies_over_the_second, [](Peer& peer) { answer(peer, "again"); }});
    EXPECT_EQ(ask(server.port).value().body, "one");
    EXPECT_EQ(ask(server.port).value().body, "again");
    EXPECT_EQ(server.connections, 2);
  }
  ScriptedServer server({dies_over_the_second, [](Peer& peer) { answer(peer, "paid twice"); }});
  EXPECT_EQ(ask(server.port).value().body, "one");
  const auto paid = ask(server.port, Method::post, "pay");
  ASSERT_FALSE(paid) << paid->body;
  EXPECT_EQ(paid.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(server.connections, 1);
}

TEST_F(AdverseServer, ThatSaysTooMuchIsNotHeardAgainOnThatConnection) {
  ScriptedServer server(
      {[](Peer& peer) {
         peer.hear_until("\r\n\r\n");
         peer.say("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\noneHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged");
         peer.hear_all();
       },
       [](Peer& peer) { answer(peer, "two"); }});
  EXPECT_EQ(ask(server.port).value().body, "one");
  EXPECT_EQ(ask(server.port).value().body, "two");
}

TEST_F(AdverseServer, IsJudgedByWhatItSays) {
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\n\r\nuntil the end").value().body, "until the end");
  EXPECT_EQ(hear("HTTP/1.0 200 OK\r\n\r\nold").value().body, "old");
  EXPECT_EQ(hear("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 "
                 "OK\r\nContent-Length: 2\r\n\r\nok")
                .value()
                .body,
            "ok");
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX: y\r\n\r\n")
                .value()
                .body,
            "abcde");
  EXPECT_EQ(hear("HTTP/1.1 204 No Content\r\n\r\n").value().status, 204);
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::head).value().body, "");
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab").error().kind, ErrorKind::bad_gateway);
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab").error().kind, ErrorKind::bad_gateway);
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab").error().kind, ErrorKind::bad_gateway);
  EXPECT_EQ(hear("SSH-2.0-OpenSSH_9.2\r\n\r\n").error().kind, ErrorKind::bad_gateway);
  EXPECT_EQ(hear("HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x')).error().kind, ErrorKind::bad_gateway);
  EXPECT_EQ(hear("").error().kind, ErrorKind::unavailable);
  EXPECT_EQ(hear("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\nbusy").error().kind,
            ErrorKind::unavailable);
}

TEST_F(AdverseServer, ThatStallsIsGivenUp) {
  std::promise<void> heard;
  ScriptedServer silent({[&](Peer& peer) { peer.hear_all(); },
                         [&](Peer& peer) {
                           peer.hear_until("\r\n\r\n");
                           peer.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
                           peer.hear_all();
                         }});
  EXPECT_EQ(ask(silent.port).error().kind, ErrorKind::timeout);
  EXPECT_EQ(ask(silent.port).error().kind, ErrorKind::timeout);
}

TEST_F(AdverseServer, ThatNeverStopsIsStoppedAtTheLimit) {
  ScriptedServer server({[](Peer& peer) {
    peer.hear_until("\r\n\r\n");
    peer.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (peer.try_to_say("10000\r\n" + std::string(0x10000, 'x') + "\r\n")) {
    }
  }});
  EXPECT_EQ(ask(server.port, Method::get, "", 500'000).error().kind, ErrorKind::too_large);
}

TEST_F(AdverseServer, CannotBeSentASplitRequest) {
  ScriptedServer server({[](Peer& peer) {
    const std::string head = peer.hear_until("\r\n\r\n");
    peer.say("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(head.size()) + "\r\n\r\n" + head);
  }});
  ClientRequest request;
  request.port = server.port;
  request.headers.set("X-Note", "a\r\nX-Evil: b");
  request.headers.set("Bad Name", "x");
  const auto echoed = loop_.run<Result<FetchedResponse>>(
      [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(*client_, request); });
  EXPECT_THAT(echoed.value().body, HasSubstr("X-Note: a  X-Evil: b\r\n"));
  EXPECT_THAT(echoed.value().body, testing::Not(HasSubstr("Bad Name")));
  request.target = "/a b";
  const auto refused = loop_.run<Result<FetchedResponse>>(
      [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(*client_, request); });
  EXPECT_EQ(refused.error().kind, ErrorKind::malformed);
}

// Counts what it has given away.
class Measured final : public BodyReader {
 public:
  Measured(std::uint64_t length, std::uint64_t& given, const std::uint64_t& arrived, std::uint64_t& largest_gap)
      : length_(length), given_(given), arrived_(arrived), largest_gap_(largest_gap) {}
  Async<Result<std::string>> read_some() override {
    std::string piece(std::min<std::uint64_t>(length_ - given_, 64 * 1024), 'm');
    given_ += piece.size();
    largest_gap_ = std::max(largest_gap_, given_ - arrived_);
    co_return piece;
  }

 private:
  const std::uint64_t length_;
  std::uint64_t& given_;
  const std::uint64_t& arrived_;
  std::uint64_t& largest_gap_;
};

TEST_F(AdverseServer, ThatReadsSlowlyHoldsTheSenderBack) {
  constexpr std::uint64_t kLength = 200'000'000;
  std::uint64_t given = 0, arrived = 0, gap = 0;
  Router router;
  router.add(Method::post, "/swallow",
             [&](Request& r) -> Async<Result<Response>> {
               for (int pieces = 0;; ++pieces) {
                 VALION_CO_TRY_ASSIGN(const std::string piece, co_await r.body->read_some());
                 if (piece.empty()) break;
                 arrived += piece.size();
                 if (pieces % 500 == 0) co_await sleep_for(5ms);
               }
               co_return text_response(200, "text/plain", std::to_string(arrived));
             },
             {.body_limit = kLength});
  Server server(loop_.executor(), {}, router,
                [](Request& request, const Result<Router::Match>& match) -> Async<Response> {
                  if (!match) co_return problem_response(match.error(), request);
                  auto response = co_await (*match->handler)(request);
                  co_return response ? std::move(*response) : problem_response(response.error(), request);
                });
  server.start();
  ClientRequest request;
  request.port = server.port();
  request.method = Method::post;
  request.target = "/swallow";
  request.body = std::shared_ptr<BodyReader>(std::make_shared<Measured>(kLength, given, arrived, gap));
  request.timeout = 60s;
  const auto answered = loop_.run<Result<FetchedResponse>>(
      [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(*client_, request); });
  EXPECT_EQ(answered.value().body, std::to_string(kLength));
  EXPECT_LT(gap, 32'000'000u) << "no more than the sockets' own buffers is ever on the way";
  loop_.stop();
}

}  // namespace
}  // namespace valion::http
