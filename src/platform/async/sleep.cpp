#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include "platform/async/async.hpp"

namespace valion {

Async<void> sleep_for(std::chrono::milliseconds duration) {
  using Clock = std::chrono::steady_clock;
  const Executor executor = co_await asio::this_coro::executor;
  asio::basic_waitable_timer<Clock, asio::wait_traits<Clock>, Executor> timer(executor, duration);
  co_await timer.async_wait(asio::as_tuple(use_async));
}

}  // namespace valion
