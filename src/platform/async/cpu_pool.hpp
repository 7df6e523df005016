// A bounded pool for work that computes instead of waiting. It sheds load rather than queueing for ever.
//
//   auto fitted = co_await pool.run([&] { return fit_ols(x, y); });   // Result<OlsFit>
//
// Thread-safe. Work runs on a pool thread, the coroutine resumes on its own executor. What the work throws becomes
// ErrorKind::internal. The caller's references must outlive the co_await (they do, in a coroutine frame).
// A coroutine that is cancelled while waiting resumes only when its work has ended. The loops it resumes on must outlive the
// pool: a pool thread may still be waking one when the coroutine has already gone on.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "platform/async/async.hpp"

namespace valion {

class CpuPool {
 public:
  // `threads` >= 1; at most `queue_limit` pieces of work wait behind busy threads, the next is refused with
  // ErrorKind::unavailable.
  CpuPool(std::size_t threads, std::size_t queue_limit);
  ~CpuPool();  // waits for running work, drops nothing that was accepted
  CpuPool(const CpuPool&) = delete;
  CpuPool& operator=(const CpuPool&) = delete;

  // Runs `work`; `work` returns Result<T> or T, run() returns Result<T> for both.
  template <class Work>
  auto run(Work work);

  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  // Enqueues and suspends until `work` has run; an error when the queue is full or `work` threw.
  Async<Result<void>> run_erased(std::function<void()> work);

  struct State;
  std::unique_ptr<State> state_;
};

namespace detail {
template <class T>
struct AsResult {
  using type = Result<T>;
};
template <class T>
struct AsResult<Result<T>> {
  using type = Result<T>;
};
}  // namespace detail

template <class Work>
auto CpuPool::run(Work work) {
  using Answer = typename detail::AsResult<std::invoke_result_t<Work&>>::type;
  return [](CpuPool& pool, Work job) -> Async<Answer> {
    Answer answer = fail(ErrorKind::internal, "the work did not run");
    auto ran = co_await pool.run_erased([&] {
      if constexpr (std::is_void_v<std::invoke_result_t<Work&>>) {
        job();
        answer = Answer{};
      } else {
        answer = job();
      }
    });
    if (!ran) co_return fail(std::move(ran).error());
    co_return answer;
  }(*this, std::move(work));
}

}  // namespace valion
