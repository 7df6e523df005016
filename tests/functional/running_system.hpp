// The vocabulary of the functional tests: the real binary, in a home of its own, on free ports.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/http/message.hpp"

namespace valion::functional {

struct Finished {
  int code = 0;
  std::string output;  // standard output and error together
};
// Runs a program to its end. Arguments are passed as they are, no shell.
Finished run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment = {});

// Asks again until it is true; false when `patience` has passed.
bool eventually(const std::function<bool()>& condition, std::chrono::seconds patience = std::chrono::seconds(30));

std::filesystem::path source_file(const std::string& relative);
std::string slurp(const std::filesystem::path& file);
std::string valion_binary();

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, const std::string& content) const;

 private:
  std::filesystem::path path_;
};

struct Answer {
  int status = 0;
  std::string content_type;
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
};

struct Call {
  http::Method method = http::Method::get;
  std::string target;
  std::optional<std::string> token;  // absent: the command line's own; empty: none is sent
  std::map<std::string, std::string> headers;
  http::ResponseBody body;
  std::optional<std::uint64_t> content_length;
};

// A whole system, started in the constructor and stopped (in order, checked) in the destructor; in a home of its own unless
// `home` names one that is there.
class RunningSystem {
 public:
  explicit RunningSystem(std::vector<std::string> orchestrator_arguments = {},
                         std::map<std::string, std::string> environment = {}, std::filesystem::path home = {});
  ~RunningSystem();
  RunningSystem(const RunningSystem&) = delete;
  RunningSystem& operator=(const RunningSystem&) = delete;

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const std::string& gateway() const { return gateway_; }
  Finished valion(std::vector<std::string> arguments) const;  // with this system's --home
  Answer call(const Call& call);
  Answer get(const std::string& target) { return call({.target = target}); }
  // A CSV text as an upload; `options` is the JSON of contracts::ImportOptions.
  Answer upload(const std::string& csv, const std::string& options, const std::string& file_name = "sales.csv");
  Answer post(const std::string& target, const std::string& json);
  // The process ids of a service's instances, by its command line.
  std::vector<pid_t> processes(const std::string& service) const;
  [[nodiscard]] pid_t orchestrator() const { return orchestrator_; }
  std::string token();  // of the command line's user
  // SIGTERM to the orchestrator; its exit code.
  int stop();
  // SIGKILL to the orchestrator alone; its children see to themselves.
  void kill_orchestrator();
  // Another orchestrator in the same home, after stop() or kill_orchestrator().
  void start_again();

 private:
  std::vector<std::string> arguments_;
  TemporaryFolder folder_;
  std::filesystem::path home_;
  std::map<std::string, std::string> environment_;
  pid_t orchestrator_ = -1;
  std::string gateway_;
  std::string token_;
};

}  // namespace valion::functional
