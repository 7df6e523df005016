// For tests: runs coroutines on an event loop of their own until they end, at most ten seconds.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "platform/async/async.hpp"

namespace valion::testing {

class TestLoop {
 public:
  [[nodiscard]] Executor executor() { return context_.get_executor(); }

  template <class T>
  T run(Async<T> work) {
    std::optional<T> answer;
    std::exception_ptr thrown;
    asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error, T value) {
      thrown = error;
      answer.emplace(std::move(value));
    });
    run_until([&] { return answer.has_value(); });
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*answer);
  }

  void run(Async<void> work) {
    bool done = false;
    std::exception_ptr thrown;
    asio::co_spawn(context_, std::move(work), [&](std::exception_ptr error) {
      thrown = error;
      done = true;
    });
    run_until([&] { return done; });
    if (thrown) std::rethrow_exception(thrown);
  }

  // Runs the loop until `holds`; throws when ten seconds pass first.
  template <class Condition>
  void run_until(Condition holds) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!holds()) {
      if (std::chrono::steady_clock::now() > give_up) throw std::runtime_error("waited ten seconds in vain");
      context_.restart();
      context_.run_one_for(std::chrono::milliseconds{5});
    }
  }

 private:
  asio::io_context context_;
};

}  // namespace valion::testing
