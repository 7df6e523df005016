// The pause between two heartbeats, which stopping cuts short.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <optional>

#include "platform/async/async.hpp"

namespace valion::registry {

// Not thread-safe.
class Pause {
 public:
  // Returns false when stop() was called, before or meanwhile.
  Async<bool> wait(Executor executor, std::chrono::milliseconds duration) {
    if (stopped_) co_return false;
    timer_.emplace(executor, duration);
    const auto waited = co_await timer_->async_wait(asio::as_tuple(use_async));
    static_cast<void>(waited);  // elapsed or cancelled: stopped_ tells
    co_return !stopped_;
  }
  void stop() {
    stopped_ = true;
    if (timer_) timer_->cancel();
  }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  std::optional<Timer> timer_;
  bool stopped_ = false;
};

}  // namespace valion::registry
