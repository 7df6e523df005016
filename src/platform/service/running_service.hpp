// For tests: a service as a process of its own (forked, in a home of its own, on a free port), and calls to it.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/redis/private_server.hpp"
#include "platform/redis/test_loop.hpp"
#include "platform/service/runtime.hpp"

namespace valion::testing {

inline std::string content_of(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(input), {}};
}

// Looks again until it holds, at most ten seconds.
template <class Condition>
bool eventually(Condition holds) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > give_up) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

// Settings of services under test: one home, a quick heartbeat, free ports.
inline Settings settings_for(const std::filesystem::path& home, const std::string& redis_url,
                             const std::vector<std::string>& services) {
  Settings settings;
  settings.home = home;
  settings.redis_url = redis_url;
  settings.heartbeat = std::chrono::milliseconds(100);
  settings.drain = std::chrono::seconds(5);
  for (const std::string& service : services) settings.ports[service] = 0;
  return settings;
}

// What the gateway would send on behalf of an appraiser of this tenant.
inline std::string internal_token(const std::filesystem::path& home, const std::string& tenant) {
  const auto key = auth::SigningKey::load_or_create(home / "secrets" / "internal.key");
  const auth::TokenSettings settings{auth::kInternalAudience, std::chrono::seconds(60), std::chrono::seconds(5)};
  return auth::issue_token(key, settings, Principal{tenant, "ana", {"appraiser"}}, std::chrono::system_clock::now());
}

struct Answer {
  int status = 0;
  http::Headers headers;
  std::string body;
  [[nodiscard]] std::string header(std::string_view name) const { return std::string(headers.find(name).value_or("")); }
};

template <class Service>
class RunningService {
 public:
  // Waits until it says that it is listening; `said()` is what it printed when it ended instead.
  explicit RunningService(Settings settings) : settings_(std::move(settings)) {
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("pipe");
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      const int code = run_service(std::make_unique<Service>(), settings_);
      std::fflush(nullptr);
      _exit(code);
    }
    close(ends[1]);
    output_ = ends[0];
    char piece[4096];
    for (ssize_t got = 0; port_ == 0 && (got = read(output_, piece, sizeof piece)) > 0;) {
      said_.append(piece, static_cast<std::size_t>(got));
      const auto mark = said_.find("listening on http://127.0.0.1:");
      if (mark != std::string::npos && said_.find('\n', mark) != std::string::npos) {
        port_ = static_cast<std::uint16_t>(std::stoi(said_.substr(mark + 30)));
      }
    }
  }
  ~RunningService() {
    if (pid_ > 0) end(SIGKILL);
    close(output_);
  }
  RunningService(const RunningService&) = delete;
  RunningService& operator=(const RunningService&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const { kill(pid_, number); }
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  int end(int number) {
    signal(number);
    return wait();
  }

  Async<Result<Answer>> send(http::ClientRequest request) {
    request.port = port_;
    VALION_CO_TRY_ASSIGN(http::ClientResponse response, co_await client_.send(std::move(request)));
    VALION_CO_TRY_ASSIGN(std::string body, co_await http::read_all(*response.body, 64u << 20));
    co_return Answer{response.status, std::move(response.headers), std::move(body)};
  }
  Answer call(http::ClientRequest request) {
    Result<Answer> answer = loop_.run(send(std::move(request)));
    if (!answer) throw std::runtime_error(answer.error().message);
    return std::move(*answer);
  }
  Answer get(const std::string& target, const std::string& token = {}) {
    return call(request(http::Method::get, target, token));
  }
  Answer post(const std::string& target, const std::string& token, std::string json) {
    http::ClientRequest made = request(http::Method::post, target, token);
    made.headers.set("Content-Type", "application/json");
    made.body = std::move(json);
    return call(std::move(made));
  }
  static http::ClientRequest request(http::Method method, const std::string& target, const std::string& token) {
    http::ClientRequest made;
    made.method = method;
    made.target = target;
    if (!token.empty()) made.headers.set("Authorization", "Bearer " + token);
    return made;
  }
  [[nodiscard]] TestLoop& loop() { return loop_; }

 private:
  Settings settings_;
  pid_t pid_ = -1;
  int output_ = -1;
  std::string said_;
  std::uint16_t port_ = 0;
  TestLoop loop_;
  http::Client client_{loop_.executor()};
};

}  // namespace valion::testing
