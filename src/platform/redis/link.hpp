// One connection to Redis: requests go out in the order of exchange(), replies come back in that order.
//
// Asio's own sockets carry the bytes: they send without raising SIGPIPE and can be closed at any moment, which hiredis'
// asynchronous context does not allow for. Not thread-safe; everything happens on the executor.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/wait_traits.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/redis/address.hpp"
#include "platform/redis/observer.hpp"
#include "platform/redis/redis.hpp"
#include "platform/redis/resp.hpp"

namespace valion::redis {

using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;

class Link : public std::enable_shared_from_this<Link> {
 public:
  // `observer` may be null.
  explicit Link(Executor executor, std::shared_ptr<Observer> observer = nullptr)
      : executor_(executor), observer_(std::move(observer)), socket_(executor) {}

  Async<Result<void>> connect(Address address, std::chrono::milliseconds timeout);
  // Hands arriving replies to those who wait, until the link is closed.
  Async<void> read_until_closed();
  // A reply that does not come in `timeout` closes the link: those behind it wait in the same queue.
  Async<Result<Reply>> exchange(std::string request, std::chrono::milliseconds timeout);
  // Everybody who waits gets `reason`, later, never from inside this call.
  void close(Error reason);
  [[nodiscard]] const std::optional<Error>& closed() const noexcept { return closed_; }

 private:
  struct Waiting {
    Waiting(Executor executor, std::chrono::milliseconds timeout) : timer(executor, timeout) {}
    Timer timer;  // cancelled when the answer is there: its completion is queued, so nobody resumes inline
    std::optional<Result<Reply>> answer;
  };

  Async<Result<void>> connect_unix(std::string path);
  Async<Result<void>> connect_tcp(std::string host, std::uint16_t port);
  void write();
  Result<void> deliver(std::string_view bytes);

  Executor executor_;
  std::shared_ptr<Observer> observer_;
  asio::basic_stream_socket<asio::generic::stream_protocol, Executor> socket_;
  ReplyReader reader_;
  std::deque<std::shared_ptr<Waiting>> waiting_;
  std::string outgoing_;   // not yet given to the socket
  std::string in_flight_;  // being written
  bool writing_ = false;
  bool connected_ = false;
  std::optional<Error> closed_;
};

}  // namespace valion::redis
