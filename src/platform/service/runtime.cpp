#include "platform/service/runtime.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "platform/service/service_process.hpp"

namespace valion {
namespace {

using Signals = asio::basic_signal_set<Executor>;

// Returns at the first signal; a second one ends the process at once, for those who do not want to wait for the drain.
Async<void> wait_for_signal(Signals& signals) {
  co_await signals.async_wait(asio::as_tuple(use_async));
  signals.async_wait([](const boost::system::error_code& error, int number) {
    if (!error) std::_Exit(128 + number);
  });
}

Async<int> live(ServiceProcess& process, Signals& signals) {
  const Result<void> started = co_await process.start();
  if (!started) {
    process.complain(started.error().message);
    co_await process.stop();
    co_return 1;
  }
  std::printf("listening on %s\n", process.address().c_str());
  std::fflush(stdout);
  co_await wait_for_signal(signals);
  co_await process.stop();
  co_return 0;
}

int run(BaseService& service, const Settings& settings) {
  asio::io_context loop{1};
  Signals signals(loop.get_executor(), SIGTERM, SIGINT);
  ServiceProcess process(loop.get_executor(), service, settings);
  int code = 1;
  asio::co_spawn(loop.get_executor(), live(process, signals), [&](std::exception_ptr failure, int ended_with) {
    loop.stop();
    if (failure) std::rethrow_exception(failure);
    code = ended_with;
  });
  loop.run();
  return code;
}

}  // namespace

int run_service(std::unique_ptr<BaseService> service, const Settings& settings) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that leaves is an error value, not the end of the process
  try {
    return run(*service, settings);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "valion %s: %s\n", std::string(service->name()).c_str(), error.what());
    return 1;
  }
}

}  // namespace valion
