// The gateway alone, as its own process, and small servers to stand behind it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "functional/running_system.hpp"
#include "platform/http/loopback.hpp"
#include "platform/http/server.hpp"
#include "platform/redis/free_port.hpp"

namespace valion::functional {

// Says who it is and what it was asked: `a GET /x 5` with the size of the body that came. `GET /slow` is answered in pieces until
// let_go().
class SmallServer {
 public:
  explicit SmallServer(std::string name) : name_(std::move(name)) {
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

// `valion api_gateway --config FILE`, until it listens; ended and waited for in the destructor.
class AloneGateway {
 public:
  explicit AloneGateway(const std::filesystem::path& config, const std::filesystem::path& home)
      : admin_port_(testing::free_port()), home_(home) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const std::vector<std::string> command{valion_binary(), "api_gateway", "--config",
                                           config.string(), "--home",      home.string()};
    process_ = fork();
    if (process_ == 0) become(command, ends[1]);
    close(ends[1]);
    output_ = ends[0];
    char buffer[4096];
    const std::string mark = "listening on http://127.0.0.1:";
    for (ssize_t got = 0; port_ == 0 && (got = read(output_, buffer, sizeof buffer)) > 0;) {
      said_.append(buffer, static_cast<std::size_t>(got));
      const auto at = said_.find(mark);
      if (at != std::string::npos && said_.find('\n', at) != std::string::npos)
        port_ = static_cast<std::uint16_t>(std::stoi(said_.substr(at + mark.size())));
    }
  }
  ~AloneGateway() {
    if (process_ > 0) end();
    close(output_);
  }
  AloneGateway(const AloneGateway&) = delete;
  AloneGateway& operator=(const AloneGateway&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }  // 0: it never listened
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] std::string log() const { return slurp(home_ / "logs" / "api_gateway.log"); }
  // `valion gateway WHAT`
  [[nodiscard]] Finished ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {valion_binary(), "gateway"});
    words.insert(words.end(), {"--home", home_.string(), "--port", std::to_string(admin_port_)});
    return run(words);
  }
  int end(int number = SIGTERM) {
    kill(process_, number);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  [[noreturn]] void become(const std::vector<std::string>& command, int output) const {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves nothing running
    setenv("VALION_GATEWAY_ADMIN_PORT", std::to_string(admin_port_).c_str(), 1);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }

  std::uint16_t admin_port_;
  std::filesystem::path home_;
  pid_t process_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
  std::string said_;
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
