// Work that is looked at for a limited time only. What takes longer goes on by itself; nobody waits for it any more.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "platform/async/async.hpp"

namespace valion {

// One piece of work under way on the loop of `executor`. Several begun together run beside one another.
template <class T>
class UnderWay {
 public:
  using Clock = std::chrono::steady_clock;

  UnderWay(Executor executor, Clock::time_point deadline, Async<T> work)
      : state_(std::make_shared<State>(executor, deadline)) {
    asio::co_spawn(executor, carry_out(state_, std::move(work)), asio::detached);
  }

  // Its result, or nothing when the deadline has passed first.
  Async<std::optional<T>> result() {
    const std::shared_ptr<State> state = state_;
    if (!state->ended) {
      const auto waited = co_await state->alarm.async_wait(asio::as_tuple(use_async));
      static_cast<void>(waited);  // in vain, or cut short by the end of the work
    }
    co_return state->result;
  }
  [[nodiscard]] bool ended() const noexcept { return state_->ended; }
  [[nodiscard]] const std::string& thrown() const noexcept { return state_->thrown; }  // its message, when it threw

 private:
  using Alarm = asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor>;
  struct State {
    State(Executor executor, Clock::time_point deadline) : alarm(executor, deadline) {}
    Alarm alarm;
    std::optional<T> result;
    std::string thrown;
    bool ended = false;
  };

  static Async<void> carry_out(std::shared_ptr<State> state, Async<T> work) {
    try {
      T made = co_await std::move(work);
      state->result.emplace(std::move(made));
    } catch (const std::exception& error) {
      state->thrown = error.what();
    }
    state->ended = true;
    state->alarm.cancel();
  }

  std::shared_ptr<State> state_;
};

}  // namespace valion
