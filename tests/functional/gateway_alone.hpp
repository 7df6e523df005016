// The gateway alone, as its own process.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "functional/running_system.hpp"
#include "functional/small_server.hpp"
#include "platform/redis/free_port.hpp"

namespace valion::functional {

// `valion api_gateway --config FILE`, until it listens; ended and waited for in the destructor.
class AloneGateway {
 public:
  explicit AloneGateway(const std::filesystem::path& config, const std::filesystem::path& home)
      : admin_port_(testing::free_port()), home_(home) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    const std::vector<std::string> command{valion_binary(), "api_gateway", "--config",
                                           config.string(), "--home",      home.string()};
    process_ = fork();
    if (process_ == 0) become(command, ends[1]);
    close(ends[1]);
    output_ = ends[0];
    char buffer[4096];
    const std::string mark = "listening on http://127.0.0.1:";
    for (ssize_t got = 0; port_ == 0 && (got = read(output_, buffer, sizeof buffer)) > 0;) {
      said_.append(buffer, static_cast<std::size_t>(got));
      const auto at = said_.find(mark);
      if (at != std::string::npos && said_.find('\n', at) != std::string::npos)
        port_ = static_cast<std::uint16_t>(std::stoi(said_.substr(at + mark.size())));
    }
  }
  ~AloneGateway() {
    if (process_ > 0) end();
    close(output_);
  }
  AloneGateway(const AloneGateway&) = delete;
  AloneGateway& operator=(const AloneGateway&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }  // 0: it never listened
  [[nodiscard]] const std::string& said() const { return said_; }
  [[nodiscard]] pid_t process() const { return process_; }
  [[nodiscard]] std::string log() const { return slurp(home_ / "logs" / "api_gateway.log"); }
  // `valion gateway WHAT`
  [[nodiscard]] Finished ask(std::vector<std::string> words) const {
    words.insert(words.begin(), {valion_binary(), "gateway"});
    words.insert(words.end(), {"--home", home_.string(), "--port", std::to_string(admin_port_)});
    return run(words);
  }
  int end(int number = SIGTERM) {
    kill(process_, number);
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

 private:
  [[noreturn]] void become(const std::vector<std::string>& command, int output) const {
    prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves nothing running
    setenv("VALION_GATEWAY_ADMIN_PORT", std::to_string(admin_port_).c_str(), 1);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }

  std::uint16_t admin_port_;
  std::filesystem::path home_;
  pid_t process_ = -1;
  int output_ = -1;
  std::uint16_t port_ = 0;
  std::string said_;
};

}  // namespace valion::functional
