#include "platform/async/cpu_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>

#include <atomic>
#include <latch>
#include <stdexcept>
#include <thread>
#include <vector>

namespace valion {
namespace {

// Runs one coroutine to its end and rethrows what it throws.
template <class Work>
void run(asio::io_context& context, Work work) {
  asio::co_spawn(context.get_executor(), work(), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
  context.run();
}

TEST(CpuPool, ComputesElsewhereAndResumesHere) {
  asio::io_context context{1};
  CpuPool pool(2, 10);
  run(context, [&]() -> Async<void> {
    const auto here = std::this_thread::get_id();
    const Result<bool> elsewhere = co_await pool.run([&] { return std::this_thread::get_id() != here; });
    EXPECT_TRUE(elsewhere.value());
    EXPECT_EQ(std::this_thread::get_id(), here);
  });
}

TEST(CpuPool, PassesErrorsAndTurnsExceptionsIntoThem) {
  asio::io_context context{1};
  CpuPool pool(1, 10);
  run(context, [&]() -> Async<void> {
    const Result<int> failed = co_await pool.run([]() -> Result<int> { return fail(ErrorKind::invalid, "no"); });
    EXPECT_EQ(failed.error().kind, ErrorKind::invalid);
    const Result<int> thrown = co_await pool.run([]() -> int { throw std::runtime_error("our bug"); });
    EXPECT_EQ(thrown.error().kind, ErrorKind::internal);
    EXPECT_EQ(thrown.error().message, "our bug");
  });
}

TEST(CpuPool, RefusesWhenTooMuchIsWaiting) {
  asio::io_context context{1};
  CpuPool pool(1, 1);
  std::latch release{1};
  std::vector<ErrorKind> refused;
  int finished = 0;
  const auto one = [&]() -> Async<void> {
    const Result<void> done = co_await pool.run([&] { release.wait(); });
    if (!done) refused.push_back(done.error().kind);
    if (++finished == 2) release.count_down();  // two of four were refused: let the others end
  };
  for (int i = 0; i < 4; ++i) {
    asio::co_spawn(context.get_executor(), one(), [](std::exception_ptr) {});
  }
  context.run();
  EXPECT_THAT(refused, testing::ElementsAre(ErrorKind::unavailable, ErrorKind::unavailable));
}

TEST(CpuPool, NeedsNoQueueWhileAThreadIsIdle) {
  asio::io_context context{1};
  CpuPool pool(3, 0);
  std::latch all_started{3};
  int refused = 0;
  const auto one = [&]() -> Async<void> {
    const Result<void> done = co_await pool.run([&] { all_started.arrive_and_wait(); });
    if (!done) ++refused;
  };
  for (int i = 0; i < 3; ++i) asio::co_spawn(context.get_executor(), one(), [](std::exception_ptr) {});
  context.run();
  EXPECT_EQ(refused, 0);
}

TEST(CpuPool, FinishesWhatItAcceptedBeforeItEnds) {
  std::atomic<int> done = 0;
  asio::io_context context{1};
  {
    CpuPool pool(2, 100);
    const auto one = [&]() -> Async<void> { co_await pool.run([&] { ++done; }); };
    for (int i = 0; i < 20; ++i) asio::co_spawn(context.get_executor(), one(), [](std::exception_ptr) {});
    context.run();
  }
  EXPECT_EQ(done, 20);
}

}  // namespace
}  // namespace valion
