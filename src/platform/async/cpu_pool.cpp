#include "platform/async/cpu_pool.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace valion {

struct CpuPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  std::size_t queue_limit = 0;
  std::size_t idle = 0;  // threads that wait for work
  bool closing = false;
  std::vector<std::jthread> threads;

  // False when the queue is full. What an idle thread is about to take does not count as waiting.
  bool enqueue(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex);
      if (queue.size() >= queue_limit + idle) return false;
      queue.push_back(std::move(work));
    }
    wake.notify_one();
    return true;
  }

  void serve() {
    for (;;) {
      std::function<void()> work;
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return closing || !queue.empty(); });
        if (queue.empty()) return;
        work = std::move(queue.front());
        queue.pop_front();
        --idle;
      }
      work();
      work = nullptr;  // what it holds ends before the next piece of work begins
      const std::lock_guard lock(mutex);
      ++idle;
    }
  }
};

CpuPool::CpuPool(std::size_t threads, std::size_t queue_limit) : state_(new State) {
  state_->queue_limit = queue_limit;
  state_->idle = threads;  // all of them, although none has begun to wait yet
  for (std::size_t i = 0; i < threads; ++i) state_->threads.emplace_back([state = state_.get()] { state->serve(); });
}

CpuPool::~CpuPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->wake.notify_all();
  state_->threads.clear();  // joins
}

std::size_t CpuPool::waiting() const noexcept {
  const std::lock_guard lock(state_->mutex);
  return state_->queue.size();
}

Async<Result<void>> CpuPool::run_erased(std::function<void()> work) {
  const Executor executor = co_await asio::this_coro::executor;
  // The io_context must not run out of work while the coroutine is away.
  const auto guard = asio::prefer(executor, asio::execution::outstanding_work.tracked);
  auto start = [&](auto handler) {
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    const auto resume = [shared, executor](Result<void> result) {
      asio::post(executor, [shared, result = std::move(result)]() mutable { (*shared)(std::move(result)); });
    };
    const bool accepted = state_->enqueue([resume, job = std::move(work)] {
      Result<void> result;
      try {
        job();
      } catch (const std::exception& exception) {
        result = fail(ErrorKind::internal, exception.what());
      } catch (...) {
        result = fail(ErrorKind::internal, "unknown exception");
      }
      resume(std::move(result));
    });
    if (!accepted) {
      resume(fail(ErrorKind::unavailable, "too much work is waiting here already; try again in a moment"));
    }
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<Executor>, void(Result<void>)>(start, use_async);
}

}  // namespace valion
