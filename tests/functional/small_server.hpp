// A small server to stand behind a gateway, and a client that keeps its connection.
#pragma once

#include <optional>
#include <string>

#include "platform/http/loopback.hpp"
#include "platform/http/server.hpp"

namespace valion::functional {

// Says who it is and what it was asked: `a GET /x 5` with the size of the body that came. `GET /slow` is answered in pieces until
// let_go().
class SmallServer {
 public:
  explicit SmallServer(std::string name) : name_(std::move(name)) {
    http::RouteOptions any;
    any.body_limit = 64u << 20;
    router_.add(
        http::Method::post, "/{path:rest}",
        [this](http::Request& request) -> Async<Result<http::Response>> {
          http::Response response = co_await answer(request);
          co_return response;
        },
        any);
    loop_.run<bool>([this]() -> Async<bool> {
      server_.emplace(loop_.executor(), http::ServerSettings{}, router_,
                      [this](http::Request& request, const Result<http::Router::Match>&) { return answer(request); });
      server_->start();
      co_return true;
    });
  }
  ~SmallServer() {
    loop_.run<bool>([this]() -> Async<bool> {
      server_.reset();
      co_return true;
    });
    loop_.stop();
  }
  [[nodiscard]] std::uint16_t port() const { return server_->port(); }
  void let_go() {
    loop_.run<bool>([this]() -> Async<bool> {
      let_go_ = true;
      co_return true;
    });
  }

 private:
  // Sends a piece now, and the last one when it may.
  class Slow final : public http::BodyReader {
   public:
    explicit Slow(SmallServer& server) : server_(server) {}
    Async<Result<std::string>> read_some() override {
      if (pieces_++ == 0) co_return server_.name_ + " begins ";
      if (pieces_ > 2) co_return std::string();
      while (!server_.let_go_) co_await sleep_for(std::chrono::milliseconds(5));
      co_return server_.name_ + " ends";
    }

   private:
    SmallServer& server_;
    int pieces_ = 0;
  };

  Async<http::Response> answer(http::Request& request) {
    if (request.path == "/slow") {
      http::Response response;
      response.body = std::shared_ptr<http::BodyReader>(std::make_shared<Slow>(*this));
      co_return response;
    }
    std::uint64_t bytes = 0;
    for (;;) {
      const auto piece = co_await request.body->read_some();
      if (!piece || piece->empty()) break;
      bytes += piece->size();
    }
    co_return http::text_response(
        200, "text/plain",
        name_ + " " + std::string(http::name_of(request.method)) + " " + request.target + " " + std::to_string(bytes));
  }

  std::string name_;
  bool let_go_ = false;
  http::loopback::Loop loop_;
  http::Router router_;
  std::optional<http::Server> server_;
};

// One answer of a connection that stays open; `body` only with a Content-Length.
struct RawAnswer {
  int status = 0;
  std::string head;
  std::string body;
};

inline RawAnswer ask(http::loopback::Peer& peer, const std::string& request) {
  peer.say(request);
  RawAnswer answer;
  answer.head = peer.hear_until("\r\n\r\n");
  if (answer.head.size() > 12) answer.status = std::stoi(answer.head.substr(9, 3));
  std::string lower = answer.head;
  for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  const auto at = lower.find("content-length: ");
  if (at != std::string::npos) answer.body = peer.hear(static_cast<std::size_t>(std::stoul(lower.substr(at + 16))));
  return answer;
}

inline std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: gateway\r\n\r\n"; }

}  // namespace valion::functional
