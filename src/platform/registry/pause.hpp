// Waiting that others can cut short: between two heartbeats, and for a change.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "platform/async/async.hpp"

namespace valion::registry {

// Any number may wait at once. Not thread-safe.
class Pause {
 public:
  // Returns when `duration` has passed, at hurry() or at stop(); false when stop() was called, before or meanwhile.
  // `this` must live until then.
  Async<bool> wait(Executor executor, std::chrono::milliseconds duration) {
    if (stopped_) co_return false;
    const auto timer = std::make_shared<Timer>(executor, duration);
    std::erase_if(waiting_, [](const std::weak_ptr<Timer>& each) { return each.expired(); });
    waiting_.push_back(timer);
    const auto waited = co_await timer->async_wait(asio::as_tuple(use_async));
    static_cast<void>(waited);  // elapsed or cancelled: stopped_ tells
    co_return !stopped_;
  }
  void hurry() {
    for (const auto& each : std::exchange(waiting_, {})) {
      if (const auto timer = each.lock()) timer->cancel();
    }
  }
  void stop() {
    stopped_ = true;
    hurry();
  }
  [[nodiscard]] bool stopped() const noexcept { return stopped_; }

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  std::vector<std::weak_ptr<Timer>> waiting_;
  bool stopped_ = false;
};

}  // namespace valion::registry
