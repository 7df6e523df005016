// Which sockets have something to read or room to write: one edge-triggered epoll set for all connections of an event loop.
//
// Asio's own reactor would do, at the price of two more system calls for each direction of each request (a read that finds nothing
// before every wait, a rearming of every wait) and an operation object for each; docs/performance.md has the figures. This one registers a
// socket once. It hangs in Asio's set as a descriptor, so timers and posted work go on as usual, and it wakes the waiting coroutines
// straight from its own turn. Linux only, like the rest of the edge. Not thread-safe.
#pragma once

#include <sys/epoll.h>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <array>
#include <memory>
#include <optional>

#include "platform/async/async.hpp"

namespace valion::gateway {

// One socket, for one reader and one writer at a time. Stays where it is; made by Readiness::watch().
class Watched {
 public:
  // True as soon as there may be something: data, the end, an error. False: cancelled.
  Async<bool> wait_readable() { return wait(reader_, readable_); }
  Async<bool> wait_writable() { return wait(writer_, writable_); }
  // A read that filled less than its buffer, or nothing, has emptied the socket: the next one waits for the next event. What has ended stays
  // readable.
  void drained() noexcept { readable_ = ended_; }
  void full() noexcept { writable_ = false; }
  [[nodiscard]] bool may_read() const noexcept { return readable_; }
  [[nodiscard]] bool may_write() const noexcept { return writable_; }
  // Both who wait get false, not before this returns.
  void cancel();

 private:
  friend class Readiness;
  using Waiter = asio::async_result<std::decay_t<decltype(use_async)>, void(bool)>::handler_type;

  explicit Watched(Executor executor) : executor_(executor) {}
  Async<bool> wait(std::optional<Waiter>& waiter, const bool& ready);
  void take(std::uint32_t events);
  static void wake(std::optional<Waiter>& waiter);

  Executor executor_;
  std::optional<Waiter> reader_, writer_;
  bool readable_ = false;  // epoll tells at once if it is
  bool writable_ = true;
  bool ended_ = false;  // the peer will send no more, or the connection is broken
};

class Readiness : public std::enable_shared_from_this<Readiness> {
 public:
  explicit Readiness(Executor executor);  // throws std::system_error («cannot start»)

  void start();  // once it is owned by a shared_ptr
  void stop();

  // Until forget(); `socket` must stay open meanwhile. An error of epoll_ctl makes it readable and writable: trying tells the rest.
  [[nodiscard]] std::unique_ptr<Watched> watch(int socket);
  // Before the socket is closed and the Watched destroyed. Whoever waits gets false.
  void forget(int socket, Watched& watched) noexcept;

 private:
  static constexpr int kMostEvents = 256;
  static constexpr int kMostRounds = 4;  // before Asio's own work has its turn

  void wait();
  void turn();

  Executor executor_;
  asio::posix::basic_stream_descriptor<Executor> set_;
  std::array<epoll_event, kMostEvents> events_;
  int next_ = 0;   // of the round: those before it are done
  int count_ = 0;  // of the round
};

}  // namespace valion::gateway
