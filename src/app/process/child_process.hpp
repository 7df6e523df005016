// One child process, followed through a pidfd: its end is an event, and a signal can never reach a stranger's recycled id.
#pragma once

#include <sys/types.h>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"

namespace valion::app {

struct Command {
  std::string program;                             // absolute path, or looked up on PATH
  std::vector<std::string> arguments;              // without the program
  std::map<std::string, std::string> environment;  // added to ours
  // A listening socket that the child inherits as descriptor 3, announced as systemd does (LISTEN_FDS, LISTEN_PID).
  std::optional<int> listener = {};
};

// The child gets its own process group (a terminal's Ctrl-C reaches only us, and we stop it in order) and receives SIGTERM
// when we die, however we die. Its standard output comes to us line by line, its standard error goes to ours.
// Lives on one executor; not thread-safe. Destroying a running child kills it.
class ChildProcess {
 public:
  using Line = std::function<void(std::string)>;

  [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(Executor executor, const Command& command,
                                                                   Line on_line);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t id() const noexcept { return id_; }
  [[nodiscard]] bool running() const noexcept { return !exit_; }
  // Waits for the end: the exit code, or 128 + signal. Only one waiter.
  Async<int> ended();
  void signal(int number);

 private:
  using Descriptor = asio::posix::basic_stream_descriptor<Executor>;
  ChildProcess(Executor executor, pid_t id, int pid_descriptor);
  static Async<void> read_lines(std::shared_ptr<Descriptor> output, Line on_line);

  pid_t id_;
  Descriptor pid_descriptor_;
  std::optional<int> exit_;
};

}  // namespace valion::app
