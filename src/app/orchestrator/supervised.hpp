// One supervised process: started, watched until it is ready, restarted with a growing pause when it dies, given up in a crash
// loop, restarted or stopped when asked.
#pragma once

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "app/orchestrator/restart_policy.hpp"
#include "app/process/child_process.hpp"
#include "platform/http/client.hpp"

namespace valion::app {

// What to run, and how to see that it is ready: its first line of output that contains `ready_mark`, and then, when that line
// says an address, 200 from its /health/ready.
struct Role {
  std::string name;  // `ml_service`, `redis`, `ml_service#2`
  std::function<Result<Command>(const std::string& address)>
      command;  // `address`: where it listened last, empty at first
  std::string ready_mark;
  std::function<void(const std::string& line)> on_line = {};  // what it prints; may be empty
  std::function<void()> on_crash_loop = {};                   // may be empty
};

enum class ProcessState { waiting, starting, ready, pausing, crash_looping, stopped };
[[nodiscard]] std::string_view name_of(ProcessState state) noexcept;

// Always held by shared_ptr: its coroutines keep it alive. On one executor.
class Supervised : public std::enable_shared_from_this<Supervised> {
 public:
  using Say = std::function<void(const std::string&)>;
  struct Watch {
    RestartRules rules;
    std::chrono::milliseconds ready_timeout{
        60'000};  // from a start to ready; then the process is killed, which is an end
    std::chrono::milliseconds stop_timeout{9'000};  // from SIGTERM to SIGKILL, in restart()
  };
  Supervised(Executor executor, http::Client& client, Role role, Watch watch, Say say);

  // Starts it and keeps it running until stop(). Returns when it has been stopped, or with an error when the very first
  // start ended before it was ready (a mistake in the configuration: restarting would not help).
  Async<Result<void>> run();
  // True when ready; false when it failed, crash-loops, or was stopped.
  Async<bool> wait_ready();
  // Ends the process (SIGTERM, SIGKILL after stop_timeout) and starts it again at once; true when it is ready again. Also the
  // way back from a crash loop.
  Async<bool> restart();
  // SIGTERM, then SIGKILL after `patience`; returns when the process has ended.
  Async<void> stop(std::chrono::milliseconds patience);
  // Wakes wait_ready() with false: somebody wants to stop.
  void give_up();

  [[nodiscard]] const std::string& name() const noexcept { return role_.name; }
  [[nodiscard]] const std::string& address() const noexcept { return address_; }  // `http://127.0.0.1:8001`, once ready
  [[nodiscard]] ProcessState state() const noexcept { return state_; }
  [[nodiscard]] pid_t id() const noexcept { return child_ && child_->running() ? child_->id() : 0; }
  [[nodiscard]] int restarts() const noexcept { return restarts_; }
  [[nodiscard]] const std::string& last_end() const noexcept {
    return last_end_;
  }  // `code 1`, `signal 9`; empty: never

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  using Time = std::chrono::steady_clock::time_point;

  Result<void> start_child();
  void note_line(const std::string& line);
  void become(ProcessState state);
  static Async<void> watch_readiness(std::shared_ptr<Supervised> self, int life);
  Async<bool> answers_ready();
  Async<void> wait_for_change(Time until = Time::max());
  Async<void> end_child(std::chrono::milliseconds patience);
  [[nodiscard]] bool wanted() const noexcept { return stopping_ || restart_asked_; }

  Executor executor_;
  http::Client& client_;
  Role role_;
  Watch watch_;
  Say say_;
  RestartPolicy policy_;
  std::unique_ptr<ChildProcess> child_;
  std::string address_;
  std::string last_end_;
  ProcessState state_ = ProcessState::waiting;
  int life_ = 0;  // counts starts, so that what belongs to an earlier life is told apart
  int restarts_ = 0;
  bool said_ready_ = false;
  bool ever_ready_ = false;
  bool stopping_ = false;
  bool restart_asked_ = false;
  bool finished_ = false;
  Time started_;
  Timer changed_;  // cancelled whenever something above changes: wakes those who wait
};

}  // namespace valion::app
