// Coroutines: one awaitable type for the whole platform, on the concrete io_context executor (any_io_executor costs 4
// %).
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace valion {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;

template <class T>
using Async = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_async{};

// Suspends the calling coroutine; returns early only when it is cancelled.
Async<void> sleep_for(std::chrono::milliseconds duration);

}  // namespace valion
