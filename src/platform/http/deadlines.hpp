// Deadlines for many connections with one timer: a tick looks at all of them, so that setting one costs a store, not a
// timer operation (a timer per read costs a fifth of the throughput). Resolution: one tick. One per event loop.
#pragma once

#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "platform/async/async.hpp"

namespace valion::http {

class Deadlines : public std::enable_shared_from_this<Deadlines> {
 public:
  using Clock = std::chrono::steady_clock;

  // Belongs to one connection; forgotten when the last owner drops it.
  class Watch {
   public:
    explicit Watch(std::function<void()> on_expiry) : on_expiry_(std::move(on_expiry)) {}
    // Begins anew, also after an expiry: what says goodbye to a slow peer has a deadline too.
    void set(std::chrono::milliseconds from_now) {
      due_ = Clock::now() + from_now;
      expired_ = false;
    }
    void clear() { due_ = Clock::time_point::max(); }
    [[nodiscard]] bool expired() const noexcept { return expired_; }  // since the last set()

   private:
    friend class Deadlines;
    Clock::time_point due_ = Clock::time_point::max();
    bool expired_ = false;
    std::function<void()> on_expiry_;  // called once for each set()
  };

  explicit Deadlines(Executor executor);
  [[nodiscard]] std::shared_ptr<Watch> watch(std::function<void()> on_expiry);
  void stop();            // no more ticks
  void stop_if_unused();  // so that nothing is left to wait for when the last watch has gone

 private:
  void schedule();
  void tick();

  boost::asio::basic_waitable_timer<Clock, boost::asio::wait_traits<Clock>, Executor> timer_;
  std::vector<std::weak_ptr<Watch>> watches_;
  bool ticking_ = false;
  bool stopped_ = false;
};

}  // namespace valion::http
