// Server and client against each other over loopback, and the server against raw bytes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <future>
#include <thread>

#include "platform/http/client.hpp"
#include "platform/http/server.hpp"

namespace valion::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

// `length` bytes whose value tells their position.
class Pattern final : public BodyReader {
 public:
  explicit Pattern(std::uint64_t length) : left_(length) {}
  Async<Result<std::string>> read_some() override {
    std::string piece(std::min<std::uint64_t>(left_, 50'000), 'p');
    left_ -= piece.size();
    sent += piece.size();
    co_return piece;
  }
  std::uint64_t sent = 0;

 private:
  std::uint64_t left_;
};

Async<Response> answer(Request& request, const Result<Router::Match>& match) {
  if (!match) co_return problem_response(match.error(), request);
  auto response = co_await (*match->handler)(request);
  co_return response ? std::move(*response) : problem_response(response.error(), request);
}

class Exchange : public testing::Test {
 protected:
  Exchange() : client_(context_.get_executor(), quick()) {
    router_.add(Method::get, "/hello/{name}", [](Request& r) -> Async<Result<Response>> {
      co_return text_response(200, "text/plain", "hello " + r.parameters.text("name") + r.query["mark"]);
    });
    router_.add(Method::post, "/echo",
                [](Request& r) -> Async<Result<Response>> {
                  VALION_CO_TRY_ASSIGN(std::string body, co_await read_all(*r.body, 1 << 20));
                  co_return text_response(200, "text/plain", std::move(body));
                },
                {.body_limit = 1000});
    router_.add(Method::post, "/count",
                [](Request& r) -> Async<Result<Response>> {
                  std::uint64_t bytes = 0;
                  for (;;) {
                    VALION_CO_TRY_ASSIGN(const std::string piece, co_await r.body->read_some());
                    if (piece.empty()) break;
                    bytes += piece.size();
                  }
                  co_return text_response(200, "text/plain", std::to_string(bytes));
                },
                {.body_limit = 100'000'000});
    router_.add(Method::post, "/deaf",
                [](Request&) -> Async<Result<Response>> { co_return fail(ErrorKind::forbidden, "not listening"); },
                {.body_limit = 1'000'000'000});
    router_.add(Method::get, "/stream", [](Request&) -> Async<Result<Response>> {
      Response response;
      response.body = std::shared_ptr<BodyReader>(std::make_shared<Pattern>(5'000'000));
      co_return response;
    });
    router_.add(Method::get, "/header", [](Request&) -> Async<Result<Response>> {
      Response response = text_response(200, "text/plain", "x");
      response.headers.set("X-Evil", "a\r\nSet-Cookie: b");
      co_return response;
    });
    ServerSettings settings;
    settings.header_timeout = 200ms;
    settings.idle_timeout = 400ms;
    settings.header_limit = 4096;
    server_ = std::make_unique<Server>(context_.get_executor(), settings, router_, answer);
    server_->start();
    loop_ = std::jthread([this] { context_.run(); });
  }
  ~Exchange() override {
    context_.stop();
    loop_.join();
  }

  static ClientSettings quick() {
    ClientSettings settings;
    settings.connect_timeout = 500ms;
    settings.header_timeout = 5'000ms;
    return settings;
  }

  // On the loop's thread, waited for here.
  template <class T>
  T on_loop(std::function<Async<T>()> work) {
    std::promise<T> done;
    asio::co_spawn(context_.get_executor(), work(), [&](std::exception_ptr failure, T value) {
      if (failure)
        done.set_exception(failure);
      else
        done.set_value(std::move(value));
    });
    return done.get_future().get();
  }

  Result<FetchedResponse> ask(ClientRequest request) {
    request.port = server_->port();
    return on_loop<Result<FetchedResponse>>(
        [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(client_, request); });
  }

  // Sends raw bytes and reads until the server closes.
  std::string raw(const std::string& bytes) const {
    asio::io_context local;
    asio::ip::tcp::socket socket(local);
    socket.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
    asio::write(socket, asio::buffer(bytes));
    std::string received;
    boost::system::error_code ignored;
    asio::read(socket, asio::dynamic_buffer(received), ignored);
    return received;
  }

  asio::io_context context_{1};
  asio::executor_work_guard<Executor> guard_ = asio::make_work_guard(context_);
  Router router_;
  Client client_;
  std::unique_ptr<Server> server_;
  std::jthread loop_;
};

TEST_F(Exchange, RoutesDecodesAndAnswers) {
  const auto response = ask({.target = "/hello/S%C3%A3o%20Paulo?mark=%21&x"});
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "hello São Paulo!");
  EXPECT_TRUE(response->headers.find("x-request-id"));
  EXPECT_TRUE(response->headers.find("Date"));
}

TEST_F(Exchange, KeepsConnectionsAndServesManyAtOnce) {
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(ask({.target = "/hello/a"}));
  EXPECT_EQ(on_loop<std::size_t>([&]() -> Async<std::size_t> { co_return server_->connections(); }), 1u);
  int answered = 0;
  std::promise<void> all;
  for (int i = 0; i < 64; ++i) {
    asio::co_spawn(context_.get_executor(), fetch(client_, {.port = server_->port(), .target = "/hello/b"}),
                   [&](std::exception_ptr, Result<FetchedResponse> response) {
                     EXPECT_TRUE(response);
                     if (++answered == 64) all.set_value();
                   });
  }
  all.get_future().wait();
}

TEST_F(Exchange, StreamsLargeBodiesBothWays) {
  ClientRequest upload{.method = Method::post, .target = "/count"};
  upload.body = std::shared_ptr<BodyReader>(std::make_shared<Pattern>(50'000'000));
  EXPECT_EQ(ask(upload).value().body, "50000000");
  upload.body = std::shared_ptr<BodyReader>(std::make_shared<Pattern>(3'000'000));
  upload.content_length = 3'000'000;
  EXPECT_EQ(ask(upload).value().body, "3000000");
  EXPECT_EQ(ask({.target = "/stream"}).value().body.size(), 5'000'000u);
}

TEST_F(Exchange, RefusesMoreThanTheLimitHoweverItIsSent) {
  const auto declared = ask({.method = Method::post, .target = "/echo", .body = std::string(1001, 'x')});
  ASSERT_FALSE(declared);
  EXPECT_EQ(declared.error().kind, ErrorKind::too_large);
  const auto endless = std::make_shared<Pattern>(1'000'000'000);
  const auto chunked = ask({.method = Method::post, .target = "/echo", .body = std::shared_ptr<BodyReader>(endless)});
  ASSERT_FALSE(chunked);
  EXPECT_EQ(chunked.error().kind, ErrorKind::too_large) << chunked.error().message;
  EXPECT_LT(endless->sent, 50'000'000u);
  EXPECT_TRUE(ask({.method = Method::post, .target = "/echo", .body = std::string(1000, 'x')}));
}

TEST_F(Exchange, HearsTheAnswerOfAServerThatDoesNotReadTheBody) {
  ClientRequest request{.method = Method::post, .target = "/deaf"};
  request.body = std::shared_ptr<BodyReader>(std::make_shared<Pattern>(900'000'000));
  request.content_length = 900'000'000;
  const auto response = ask(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, ErrorKind::forbidden) << response.error().message;
}

TEST_F(Exchange, SaysWhatIsNotThereAndWhatIsAllowed) {
  EXPECT_EQ(ask({.target = "/nothing"}).error().kind, ErrorKind::not_found);
  const auto wrong_method = ask({.method = Method::delete_, .target = "/echo"});
  EXPECT_EQ(wrong_method.error().kind, ErrorKind::method_not_allowed);
  EXPECT_THAT(wrong_method.error().message, HasSubstr("POST"));
}

TEST_F(Exchange, ReportsAPeerThatIsNotThere) {
  const ClientRequest nobody{.port = 1, .target = "/"};
  const auto response = on_loop<Result<FetchedResponse>>(
      [&]() -> Async<Result<FetchedResponse>> { co_return co_await fetch(client_, nobody); });
  EXPECT_EQ(response.error().kind, ErrorKind::unavailable);
}

TEST_F(Exchange, AnswersBrokenRequestsWithAProblem) {
  EXPECT_THAT(raw("GARBAGE\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(raw("GET /hello/../x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(raw("GET /hello/%2e%2e HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(raw("GET /hello/%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(raw("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(raw("GET / HTTP/1.1\r\nX: " + std::string(5000, 'x') + "\r\n\r\n"), StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(raw("GET /hello"), StartsWith("HTTP/1.1 408")) << "a head that never ends";
  EXPECT_THAT(raw("GARBAGE\r\n\r\n"), HasSubstr("application/problem+json"));
}

TEST_F(Exchange, ServesHeadAndPipelinesAndNeverSplitsAField) {
  const std::string head = raw("HEAD /hello/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Length: 7\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
  const std::string two =
      raw("GET /hello/a HTTP/1.1\r\nHost: a\r\n\r\nGET /hello/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(two, HasSubstr("hello a"));
  EXPECT_THAT(two, HasSubstr("hello b"));
  EXPECT_THAT(raw("GET /header HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
              testing::Not(HasSubstr("\r\nSet-Cookie")));
}

TEST_F(Exchange, AsksForTheBodyOfACarefulClient) {
  const std::string received =
      raw("POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_THAT(received, StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK"));
}

TEST_F(Exchange, DrainsByClosingIdleConnections) {
  ASSERT_TRUE(ask({.target = "/hello/a"}));
  const auto left = on_loop<std::size_t>([&]() -> Async<std::size_t> {
    co_await server_->drain(1'000ms);
    co_return server_->connections();
  });
  EXPECT_LE(left, 1u);
  EXPECT_EQ(ask({.target = "/hello/a"}).error().kind, ErrorKind::unavailable);
}

TEST(ServerStart, NamesAPortThatIsTaken) {
  asio::io_context context{1};
  Router router;
  const Server first(context.get_executor(), {}, router, answer);
  ServerSettings taken;
  taken.port = first.port();
  asio::io_context other{1};
  EXPECT_THROW(Server(other.get_executor(), taken, router, answer), std::system_error);
}

}  // namespace
}  // namespace valion::http
