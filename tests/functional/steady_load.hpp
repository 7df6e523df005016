// Two callers that never stop asking: whatever happens meanwhile, no answer may be a failure.
#pragma once

#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "platform/http/client.hpp"
#include "platform/service/running_service.hpp"

namespace valion::testing {

// GETs of one target, one after the other on two connections, from a thread of its own, until finish() or the end.
class SteadyLoad {
 public:
  SteadyLoad(std::uint16_t port, std::string target, std::string token)
      : port_(port), target_(std::move(target)), token_(std::move(token)) {
    thread_ = std::thread([this] { run(); });
  }
  ~SteadyLoad() { finish(); }
  SteadyLoad(const SteadyLoad&) = delete;
  SteadyLoad& operator=(const SteadyLoad&) = delete;

  void finish() {
    ending_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] int answers() const { return answers_; }
  // After finish(): the messages of the failed ones.
  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }
  [[nodiscard]] bool goes_on() const {
    const int before = answers_;
    return eventually([&] { return answers_ > before + 20; });
  }

 private:
  void run() {
    asio::io_context loop{1};
    http::Client client(loop.get_executor());
    int open = 2;
    const auto ended = [&](const std::exception_ptr&) {
      if (--open == 0) loop.stop();  // the client would keep its idle connections for half a minute
    };
    for (int i = open; i > 0; --i) asio::co_spawn(loop.get_executor(), call(client), ended);
    loop.run();
  }
  Async<void> call(http::Client& client) {
    while (!ending_) {
      http::ClientRequest request;
      request.port = port_;
      request.target = target_;
      if (!token_.empty()) request.headers.set("Authorization", "Bearer " + token_);
      const auto answer = co_await http::fetch(client, std::move(request));
      if (answer) {
        ++answers_;
      } else {
        failures_.push_back(answer.error().message);
      }
    }
  }

  std::uint16_t port_;
  std::string target_;
  std::string token_;
  std::atomic<bool> ending_ = false;
  std::atomic<int> answers_ = 0;
  std::vector<std::string> failures_;
  std::thread thread_;
};

}  // namespace valion::testing
