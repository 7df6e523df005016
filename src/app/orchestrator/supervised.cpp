#include "app/orchestrator/supervised.hpp"

#include <signal.h>

#include <boost/asio/as_tuple.hpp>

#include <algorithm>
#include <cstdio>

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kFirstPause = 200ms;
constexpr auto kLongestPause = 10'000ms;
constexpr auto kLongEnoughToBeWell = 30s;  // a process that lived this long starts again with the first pause

std::string seconds_text(std::chrono::steady_clock::duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f s", std::chrono::duration<double>(duration).count());
  return text;
}

}  // namespace

Supervised::Supervised(Executor executor, Role role, Say say)
    : executor_(executor),
      role_(std::move(role)),
      say_(std::move(say)),
      pause_(kFirstPause),
      changed_(executor, std::chrono::steady_clock::time_point::max()) {}

void Supervised::note_line(const std::string& line) {
  const auto position = line.find(role_.ready_mark);
  if (ready_ || position == std::string::npos) return;
  const auto address = line.find("http://");
  if (address != std::string::npos) address_ = line.substr(address);
  ready_ = ever_ready_ = true;
  say_(role_.name + " is ready" + (address_.empty() ? "" : " on " + address_) + " after " +
       seconds_text(std::chrono::steady_clock::now() - started_));
  changed_.cancel();
}

Result<void> Supervised::start_child() {
  started_ = std::chrono::steady_clock::now();
  VALION_TRY_ASSIGN(child_, ChildProcess::start(executor_, role_.command(address_),
                                                [this](const std::string& line) { note_line(line); }));
  return {};
}

Async<void> Supervised::back_off() {
  if (std::chrono::steady_clock::now() - started_ > kLongEnoughToBeWell) pause_ = kFirstPause;
  const auto until = std::chrono::steady_clock::now() + pause_;
  pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, kLongestPause);
  while (!stopping_ && std::chrono::steady_clock::now() < until) {
    Timer timer(executor_, std::min(until, std::chrono::steady_clock::now() + 50ms));
    co_await timer.async_wait(asio::as_tuple(use_async));
  }
}

Async<Result<void>> Supervised::run() {
  Result<void> outcome;
  while (!stopping_) {
    outcome = start_child();
    if (!outcome) break;
    const int code = co_await child_->ended();
    ready_ = false;
    if (stopping_) break;
    if (!ever_ready_) {
      outcome = fail(ErrorKind::unavailable, role_.name + " could not start (exit code " + std::to_string(code) + ")");
      break;
    }
    say_(role_.name + " ended (" +
         (code > 128 ? "signal " + std::to_string(code - 128) : "code " + std::to_string(code)) +
         "); starting it again in " + std::to_string(pause_.count()) + " ms");
    co_await back_off();
  }
  finished_ = true;
  changed_.cancel();
  co_return outcome;
}

Async<bool> Supervised::wait_ready(std::chrono::milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!ready_ && !finished_ && !stopping_ && std::chrono::steady_clock::now() < until) {
    changed_.expires_at(until);
    co_await changed_.async_wait(asio::as_tuple(use_async));
  }
  co_return ready_;
}

void Supervised::give_up() {
  stopping_ = true;
  changed_.cancel();
}

Async<void> Supervised::stop(std::chrono::milliseconds patience) {
  give_up();
  if (child_ && child_->running()) child_->signal(SIGTERM);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!finished_ && child_) {
    if (std::chrono::steady_clock::now() >= until) {
      say_(role_.name + " did not stop in time; killing it");
      child_->signal(SIGKILL);
    }
    Timer timer(executor_, 20ms);
    co_await timer.async_wait(asio::as_tuple(use_async));
  }
}

}  // namespace valion::app
