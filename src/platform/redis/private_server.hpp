// For tests: a server process of our own (redis-server, postgres) in a temporary folder, which dies with the test.
#pragma once

#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace valion::testing {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "valion-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
    path_ = name;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// `user`: whom to become when the test runs as root; empty: nobody else. Output goes to `log`. `farewell`: the signal that
// ends it, also when the test itself dies; a server with children of its own wants one that lets it end them.
class ServerProcess {
 public:
  ServerProcess(std::vector<std::string> command, const std::filesystem::path& log, const std::string& user = {},
                int farewell = SIGKILL)
      : farewell_(farewell) {
    std::vector<char*> arguments;
    for (std::string& word : command) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const passwd* account = user.empty() ? nullptr : getpwnam(user.c_str());
    const std::string log_name = log.string();
    pid_ = fork();
    if (pid_ == 0) become(arguments, log_name, account, farewell);
    if (pid_ < 0) throw std::runtime_error("cannot start " + command.front());
  }
  ~ServerProcess() { end(farewell_); }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void send(int signal) const {
    if (pid_ > 0) kill(pid_, signal);
  }
  // Sends `signal` and waits for the end; the exit status as wait() gives it.
  int end(int signal) {
    send(signal);
    return wait();
  }
  int wait() {
    int status = 0;
    if (pid_ > 0) {
      while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
      }
    }
    pid_ = -1;
    return status;
  }

 private:
  [[noreturn]] static void become(const std::vector<char*>& arguments, const std::string& log, const passwd* account,
                                  int farewell) {
    if (freopen(log.c_str(), "a", stdout) == nullptr || dup2(fileno(stdout), fileno(stderr)) < 0) _exit(126);
    if (account != nullptr && geteuid() == 0 &&
        (setgroups(0, nullptr) != 0 || setgid(account->pw_gid) != 0 || setuid(account->pw_uid) != 0)) {
      _exit(126);
    }
    prctl(PR_SET_PDEATHSIG, farewell);
    execv(arguments.front(), arguments.data());
    _exit(127);
  }

  int farewell_;
  pid_t pid_ = -1;
};

// A redis-server on a Unix socket, without a TCP port and without persistence.
class PrivateRedis {
 public:
  // `more`: further arguments, e.g. a port and a password.
  explicit PrivateRedis(std::vector<std::string> more = {}) : more_(std::move(more)) { start(); }
  [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "redis.sock"; }
  [[nodiscard]] std::string url() const { return "unix:" + socket().string(); }

  void start() {
    std::vector<std::string> command{
        "/usr/bin/redis-server", "--unixsocket", socket().string(), "--save", "", "--appendonly", "no", "--dir",
        folder_.path().string()};
    if (more_.empty()) command.insert(command.end(), {"--port", "0"});
    command.insert(command.end(), more_.begin(), more_.end());
    process_ = std::make_unique<ServerProcess>(command, folder_.path() / "log");
    for (int i = 0; i < 1000 && !std::filesystem::exists(socket()); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
  }
  // As a crash would: no goodbye.
  void crash() {
    process_->end(SIGKILL);
    std::filesystem::remove(socket());
  }
  void hang() { process_->send(SIGSTOP); }
  void wake() { process_->send(SIGCONT); }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> more_;
  std::unique_ptr<ServerProcess> process_;
};

}  // namespace valion::testing
