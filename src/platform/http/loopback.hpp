// What the tests of server and client share: an event loop in a thread of its own, and plain blocking sockets as the
// other side.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "platform/async/async.hpp"

namespace valion::http::loopback {

class Loop {
 public:
  Loop() : thread_([this] { context_.run(); }) {}
  ~Loop() { stop(); }
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // After this nothing runs any more, and what lives on the loop may be destroyed from here.
  void stop() {
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] Executor executor() { return context_.get_executor(); }

  // Runs `work` on the loop's thread and waits for it here.
  template <class T>
  T run(std::function<Async<T>()> work) {
    std::promise<T> done;
    asio::co_spawn(executor(), work(), [&](std::exception_ptr failure, T value) {
      if (failure)
        done.set_exception(failure);
      else
        done.set_value(std::move(value));
    });
    return done.get_future().get();
  }

  // Looks every few milliseconds, for five seconds at most; false when it never became true.
  bool eventually(std::function<bool()> condition) {
    return run<bool>([condition]() -> Async<bool> {
      for (int tries = 0; tries < 1000; ++tries) {
        if (condition()) co_return true;
        co_await sleep_for(std::chrono::milliseconds(5));
      }
      co_return false;
    });
  }

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<Executor> guard_ = asio::make_work_guard(context_);
  std::jthread thread_;
};

// A blocking peer that says exactly what it is told to.
class Peer {
 public:
  explicit Peer(std::uint16_t port) : socket_(context_) {
    socket_.connect({asio::ip::make_address("127.0.0.1"), port});
  }
  explicit Peer(asio::ip::tcp::acceptor& acceptor) : socket_(context_) { acceptor.accept(socket_); }

  void say(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }
  // False when the other side did not take it all.
  bool try_to_say(const std::string& bytes) {
    boost::system::error_code error;
    asio::write(socket_, asio::buffer(bytes), error);
    return !error;
  }
  // Up to and including `mark`; whatever there is when the other side closes before.
  std::string hear_until(const std::string& mark) {
    boost::system::error_code ignored;
    asio::read_until(socket_, asio::dynamic_buffer(heard_), mark, ignored);
    const auto at = heard_.find(mark);
    const std::size_t end = at == std::string::npos ? heard_.size() : at + mark.size();
    std::string text = heard_.substr(0, end);
    heard_.erase(0, end);
    return text;
  }
  std::string hear(std::size_t bytes) {
    boost::system::error_code ignored;
    if (heard_.size() < bytes)
      asio::read(socket_, asio::dynamic_buffer(heard_), asio::transfer_exactly(bytes - heard_.size()), ignored);
    std::string text = heard_.substr(0, bytes);
    heard_.erase(0, text.size());
    return text;
  }
  std::string hear_all() {
    boost::system::error_code ignored;
    asio::read(socket_, asio::dynamic_buffer(heard_), ignored);
    return std::exchange(heard_, {});
  }
  void shut() { socket_.close(); }
  // Leaves without a farewell: the other side sees a reset.
  void vanish() {
    socket_.set_option(asio::socket_base::linger(true, 0));
    socket_.close();
  }

 private:
  asio::io_context context_{1};
  asio::ip::tcp::socket socket_;
  std::string heard_;
};

}  // namespace valion::http::loopback
