// One supervised process: started, watched until it says that it is ready, restarted with backoff when it dies.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/process/child_process.hpp"

namespace valion::app {

// What to run, and how to see in its output that it is ready: the first line that contains `ready_mark`.
struct Role {
  std::string name;                                            // `ml_service`, `redis`, `ml_service#2`
  std::function<Command(const std::string& address)> command;  // `address`: where it listened last, empty at first
  std::string ready_mark;
};

class Supervised {
 public:
  using Say = std::function<void(const std::string&)>;
  Supervised(Executor executor, Role role, Say say);

  // Starts it and keeps it running until stop(). Returns when it has been stopped, or with an error when the very first
  // start ended before it was ready (a mistake in the configuration: restarting would not help).
  Async<Result<void>> run();
  // True when ready; false when it failed, was stopped, or `patience` passed.
  Async<bool> wait_ready(std::chrono::milliseconds patience);
  // SIGTERM, then SIGKILL after `patience`; returns when the process has ended.
  Async<void> stop(std::chrono::milliseconds patience);

  // Wakes wait_ready() with false: somebody wants to stop.
  void give_up();

  [[nodiscard]] const std::string& name() const noexcept { return role_.name; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }  // `http://127.0.0.1:8001`, once ready

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Result<void> start_child();
  void note_line(const std::string& line);
  Async<void> back_off();

  Executor executor_;
  Role role_;
  Say say_;
  std::unique_ptr<ChildProcess> child_;
  std::string address_;
  bool ready_ = false;
  bool ever_ready_ = false;
  bool stopping_ = false;
  bool finished_ = false;
  std::chrono::milliseconds pause_;
  std::chrono::steady_clock::time_point started_;
  Timer changed_;  // cancelled whenever ready_, stopping_ or finished_ change: wakes those who wait
};

}  // namespace valion::app
