// One piece of work for which many wait: who comes while it is under way waits for its end instead of doing it again.
#pragma once

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

#include "platform/async/async.hpp"

namespace valion::gateway {

// On one event loop. Shared, so that who waits outlives who works.
class Flight {
 public:
  explicit Flight(Executor executor) : landing_(executor, Timer::time_point::max()) {}

  [[nodiscard]] bool landed() const noexcept { return landed_; }
  void land() {
    landed_ = true;
    landing_.cancel();
  }
  static Async<void> landing(std::shared_ptr<Flight> flight) {
    boost::system::error_code woken;
    if (!flight->landed_) co_await flight->landing_.async_wait(asio::redirect_error(use_async, woken));
  }

 private:
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer landing_;
  bool landed_ = false;
};

// Lands it when the work ends, however it ends.
class Landing {
 public:
  explicit Landing(std::shared_ptr<Flight>& place) : flight_(place), place_(place) {}
  ~Landing() {
    flight_->land();
    place_.reset();
  }
  Landing(const Landing&) = delete;
  Landing& operator=(const Landing&) = delete;

 private:
  std::shared_ptr<Flight> flight_;
  std::shared_ptr<Flight>& place_;
};

}  // namespace valion::gateway
