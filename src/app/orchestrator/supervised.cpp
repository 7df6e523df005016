#include "app/orchestrator/supervised.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kFirstLook = 5ms;  // between two looks at /health/ready, doubling
constexpr auto kLongestLook = 200ms;
constexpr auto kProbePatience = 2s;

double seconds_since(std::chrono::steady_clock::time_point moment) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - moment).count();
}

std::string end_text(int code) {
  return code > 128 ? fmt::format("signal {}", code - 128) : fmt::format("code {}", code);
}

http::ClientRequest readiness_request(const std::string& address) {
  const auto colon = address.rfind(':');
  http::ClientRequest request;
  request.host = address.substr(7, colon - 7);  // after `http://`
  request.port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  request.target = "/health/ready";
  request.headers.set("Connection", "close");
  request.timeout = kProbePatience;
  return request;
}

}  // namespace

std::string_view name_of(ProcessState state) noexcept {
  switch (state) {
    case ProcessState::waiting: return "waiting";
    case ProcessState::starting: return "starting";
    case ProcessState::ready: return "ready";
    case ProcessState::pausing: return "pausing";
    case ProcessState::crash_looping: return "crash-looping";
    case ProcessState::stopped: return "stopped";
  }
  return "stopped";
}

Supervised::Supervised(Executor executor, http::Client& client, Role role, Watch watch, Say say)
    : executor_(executor),
      client_(client),
      role_(std::move(role)),
      watch_(watch),
      say_(std::move(say)),
      policy_(watch.rules),
      changed_(executor, Time::max()) {}

void Supervised::become(ProcessState state) {
  state_ = state;
  changed_.cancel();
}

void Supervised::note_line(const std::string& line) {
  if (role_.on_line) role_.on_line(line);
  if (said_ready_ || line.find(role_.ready_mark) == std::string::npos) return;
  said_ready_ = true;
  const auto address = line.find("http://");
  if (address != std::string::npos) address_ = line.substr(address);
  changed_.cancel();
}

Result<void> Supervised::start_child() {
  started_ = std::chrono::steady_clock::now();
  said_ready_ = false;
  ++life_;
  VALION_TRY_ASSIGN(const Command command, role_.command(address_));
  const auto on_line = [weak = weak_from_this(), life = life_](const std::string& line) {
    if (const auto self = weak.lock(); self && self->life_ == life) self->note_line(line);
  };
  VALION_TRY_ASSIGN(child_, ChildProcess::start(executor_, command, on_line));
  become(ProcessState::starting);
  asio::co_spawn(executor_, watch_readiness(shared_from_this(), life_), asio::detached);
  return {};
}

Async<bool> Supervised::answers_ready() {
  if (address_.empty()) co_return true;  // not a service of ours: its line is all there is
  const Result<http::FetchedResponse> answer = co_await http::fetch(client_, readiness_request(address_));
  co_return answer.has_value();
}

Async<void> Supervised::watch_readiness(std::shared_ptr<Supervised> self, int life) {
  const auto until = self->started_ + self->watch_.ready_timeout;
  const auto concerns_us = [&] { return self->life_ == life && self->state_ == ProcessState::starting; };
  std::chrono::milliseconds pause = kFirstLook;
  while (concerns_us() && std::chrono::steady_clock::now() < until) {
    if (!self->said_ready_) {
      co_await self->wait_for_change(until);
      continue;
    }
    const bool ready = co_await self->answers_ready();
    if (!concerns_us()) co_return;
    if (ready) {
      self->ever_ready_ = true;
      self->say_(fmt::format("{} is ready{}{} after {:.2f} s", self->role_.name, self->address_.empty() ? "" : " on ",
                             self->address_, seconds_since(self->started_)));
      self->become(ProcessState::ready);
      co_return;
    }
    co_await sleep_for(pause);
    pause = std::min<std::chrono::milliseconds>(pause * 2, kLongestLook);
  }
  if (!concerns_us()) co_return;
  self->say_(fmt::format("{} was not ready within {:.0f} s{}; ending it", self->role_.name,
                         std::chrono::duration<double>(self->watch_.ready_timeout).count(),
                         self->said_ready_ ? " (it listens, but /health/ready does not answer 200)" : ""));
  self->child_->signal(SIGKILL);
}

Async<void> Supervised::wait_for_change(Time until) {
  if (until == Time::max()) {
    co_await changed_.async_wait(asio::as_tuple(use_async));
    co_return;
  }
  // The shared timer has no end of its own, since setting one would wake everybody: short looks instead.
  const auto now = std::chrono::steady_clock::now();
  Timer timer(executor_, std::min(until, now + 5ms));
  co_await timer.async_wait(asio::as_tuple(use_async));
}

Async<Result<void>> Supervised::run() {
  const auto self = shared_from_this();
  Result<void> outcome;
  while (!stopping_) {
    if (state_ != ProcessState::waiting) ++restarts_;
    restart_asked_ = false;
    outcome = start_child();
    if (!outcome && !ever_ready_) break;
    if (outcome) {
      const int code = co_await child_->ended();
      last_end_ = end_text(code);
    } else {
      last_end_ = outcome.error().message;
    }
    if (stopping_) break;
    if (restart_asked_) {
      policy_.forgive();
      continue;
    }
    if (!ever_ready_) {
      outcome = fail(ErrorKind::unavailable, fmt::format("{} could not start ({})", role_.name, last_end_));
      break;
    }
    const auto pause = policy_.ended(started_, std::chrono::steady_clock::now());
    if (pause) {
      say_(fmt::format("{} ended ({}); starting it again in {} ms", role_.name, last_end_, pause->count()));
      become(ProcessState::pausing);
      const auto until = std::chrono::steady_clock::now() + *pause;
      while (!wanted() && std::chrono::steady_clock::now() < until) co_await wait_for_change(until);
    } else {
      say_(
          fmt::format("CRASH LOOP: {} ended {} times within {:.0f} s, last with {}. It is not started again; mend the "
                      "cause (its log: logs/), then `valion restart {}`",
                      role_.name, policy_.rules().crash_loop_ends,
                      std::chrono::duration<double>(policy_.rules().crash_loop_window).count(), last_end_,
                      role_.name.substr(0, role_.name.find('#'))));
      if (role_.on_crash_loop) role_.on_crash_loop();
      become(ProcessState::crash_looping);
      while (!wanted()) co_await wait_for_change();
      policy_.forgive();
    }
  }
  finished_ = true;
  become(ProcessState::stopped);
  co_return outcome;
}

Async<bool> Supervised::wait_ready() {
  const auto self = shared_from_this();
  while (!finished_ && !stopping_ && (restart_asked_ || state_ != ProcessState::ready)) {
    if (state_ == ProcessState::crash_looping && !restart_asked_) co_return false;
    co_await wait_for_change();
  }
  co_return !finished_ && !stopping_;
}

Async<bool> Supervised::restart() {
  const auto self = shared_from_this();
  restart_asked_ = true;
  changed_.cancel();
  if (child_ && child_->running()) {
    const int life = life_;
    child_->signal(SIGTERM);
    const auto until = std::chrono::steady_clock::now() + watch_.stop_timeout;
    while (life_ == life && !finished_ && std::chrono::steady_clock::now() < until) co_await wait_for_change(until);
    if (life_ == life && child_->running()) {
      say_(role_.name + " did not stop in time; killing it");
      child_->signal(SIGKILL);
    }
  }
  const bool ready = co_await wait_ready();
  co_return ready;
}

void Supervised::give_up() {
  stopping_ = true;
  changed_.cancel();
}

Async<void> Supervised::stop(std::chrono::milliseconds patience) {
  const auto self = shared_from_this();
  give_up();
  if (child_ && child_->running()) child_->signal(SIGTERM);
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!finished_ && child_) {
    if (std::chrono::steady_clock::now() >= until && child_->running()) {
      say_(role_.name + " did not stop in time; killing it");
      child_->signal(SIGKILL);
    }
    Timer timer(executor_, 10ms);
    co_await timer.async_wait(asio::as_tuple(use_async));
  }
}

}  // namespace valion::app
