#include "app/process/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>

#include <cerrno>
#include <cstring>

namespace valion::app {
namespace {

constexpr std::size_t kLongestLine = 64 * 1024;
constexpr int kInheritedListener = 3;
constexpr std::string_view kListenerId = "LISTEN_PID=";

// Between fork and exec only async-signal-safe calls are allowed: everything is prepared by the parent.
struct Prepared {
  const char* program;
  char* const* arguments;
  char* const* environment;
  int output;
  pid_t parent;
  int listener;       // -1: none
  char* listener_id;  // room for the child's id in the environment; null: none
};

void write_id(char* text, pid_t id) {
  char digits[16];
  int count = 0;
  for (; id > 0; id /= 10) digits[count++] = static_cast<char>('0' + id % 10);
  while (count > 0) *text++ = digits[--count];
  *text = '\0';
}

[[noreturn]] void become(const Prepared& prepared) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != prepared.parent) _exit(127);  // the parent died before prctl took effect
  dup2(prepared.output, STDOUT_FILENO);
  if (prepared.listener >= 0) {
    if (prepared.listener != kInheritedListener) dup2(prepared.listener, kInheritedListener);
    fcntl(kInheritedListener, F_SETFD, 0);
    write_id(prepared.listener_id, getpid());
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  execvpe(prepared.program, prepared.arguments, prepared.environment);
  _exit(127);
}

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& added) {
  std::vector<std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string variable = *entry;
    if (!added.contains(variable.substr(0, variable.find('=')))) variables.push_back(variable);
  }
  for (const auto& [name, value] : added) variables.push_back(name + "=" + value);
  return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

Result<std::unique_ptr<ChildProcess>> ChildProcess::start(Executor executor, const Command& command, Line on_line) {
  std::vector<std::string> arguments{command.program};
  arguments.insert(arguments.end(), command.arguments.begin(), command.arguments.end());
  std::map<std::string, std::string> added = command.environment;
  if (command.listener) {
    added["LISTEN_FDS"] = "1";
    added["LISTEN_PID"] = std::string(12, '0');  // only the child knows its id
  }
  std::vector<std::string> environment = merged_environment(added);
  const std::vector<char*> argument_pointers = pointers(arguments);
  const std::vector<char*> environment_pointers = pointers(environment);

  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return fail(ErrorKind::internal, std::string("pipe: ") + std::strerror(errno));
  Prepared prepared{command.program.c_str(),
                    argument_pointers.data(),
                    environment_pointers.data(),
                    pipe_ends[1],
                    getpid(),
                    command.listener.value_or(-1),
                    nullptr};
  for (std::string& variable : environment) {
    if (command.listener && variable.starts_with(kListenerId)) {
      prepared.listener_id = variable.data() + kListenerId.size();
    }
  }
  const pid_t id = fork();
  if (id == 0) become(prepared);
  close(pipe_ends[1]);
  if (id < 0) {
    close(pipe_ends[0]);
    return fail(ErrorKind::internal, std::string("fork: ") + std::strerror(errno));
  }
  const int pid_descriptor = static_cast<int>(syscall(SYS_pidfd_open, id, 0));
  if (pid_descriptor < 0) {
    const std::string reason = std::strerror(errno);
    kill(id, SIGKILL);
    waitpid(id, nullptr, 0);
    close(pipe_ends[0]);
    return fail(ErrorKind::internal, "pidfd_open: " + reason);
  }
  auto output = std::make_shared<Descriptor>(executor, pipe_ends[0]);
  asio::co_spawn(executor, read_lines(std::move(output), std::move(on_line)), asio::detached);
  return std::unique_ptr<ChildProcess>(new ChildProcess(executor, id, pid_descriptor));
}

ChildProcess::ChildProcess(Executor executor, pid_t id, int pid_descriptor)
    : id_(id), pid_descriptor_(executor, pid_descriptor) {}

ChildProcess::~ChildProcess() {
  if (exit_) return;
  signal(SIGKILL);
  waitpid(id_, nullptr, 0);
}

Async<void> ChildProcess::read_lines(std::shared_ptr<Descriptor> output, Line on_line) {
  std::string buffer;
  for (;;) {
    const auto [error, length] = co_await asio::async_read_until(*output, asio::dynamic_buffer(buffer, kLongestLine),
                                                                 '\n', asio::as_tuple(use_async));
    if (error) co_return;
    on_line(buffer.substr(0, length - 1));
    buffer.erase(0, length);
  }
}

Async<int> ChildProcess::ended() {
  if (exit_) co_return *exit_;
  co_await pid_descriptor_.async_wait(Descriptor::wait_read, asio::as_tuple(use_async));
  int status = 0;
  if (waitpid(id_, &status, WNOHANG) == id_) {
    exit_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  co_return exit_.value_or(-1);
}

void ChildProcess::signal(int number) {
  syscall(SYS_pidfd_send_signal, pid_descriptor_.native_handle(), number, nullptr, 0);
}

}  // namespace valion::app
