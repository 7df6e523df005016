// One coroutine waits for another.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

#include "platform/async/async.hpp"

namespace valion::gateway {

// Given once; whoever waits afterwards does not wait. On one event loop.
class Signal {
 public:
  explicit Signal(Executor executor) : timer_(executor, Timer::time_point::max()) {}
  void give() {
    given_ = true;
    timer_.cancel();
  }
  [[nodiscard]] bool given() const noexcept { return given_; }
  Async<void> wait() {
    while (!given_) {
      const auto woken = co_await timer_.async_wait(asio::as_tuple(use_async));
      static_cast<void>(woken);
    }
  }

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer timer_;
  bool given_ = false;
};

}  // namespace valion::gateway
