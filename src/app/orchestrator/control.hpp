// The orchestrator's control socket, VALION_HOME/run/orchestrator.sock (mode 0600): one request a connection, both sides JSON
// lines. Answers stream: any number of {"say"}, then one {"done"}, {"error"} or {"status"}.
#pragma once

#include <boost/describe.hpp>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/orchestrator/fleet.hpp"
#include "platform/json/described.hpp"

namespace valion::app {

BOOST_DESCRIBE_STRUCT(ProcessView, (), (name, service, state, address, process, restarts, last_end))

struct OrchestratorView {
  std::int64_t process = 0;
  double uptime = 0;  // seconds
  std::string state;  // starting, running, stopping
  std::vector<ProcessView> processes;
};
BOOST_DESCRIBE_STRUCT(OrchestratorView, (), (process, uptime, state, processes))

struct ControlRequest {
  std::string command;  // status, restart, scale, stop
  std::string service;  // of restart (empty: all) and scale
  std::int64_t count = 0;
  static constexpr std::array kDefaulted{"service", "count"};
};
BOOST_DESCRIBE_STRUCT(ControlRequest, (), (command, service, count))

struct ControlAnswer {
  std::optional<std::string> say, error;
  std::optional<bool> done;
  std::optional<OrchestratorView> status;
};
BOOST_DESCRIBE_STRUCT(ControlAnswer, (), (say, error, done, status))

[[nodiscard]] std::filesystem::path control_socket(const std::filesystem::path& home);

class ControlServer {
 public:
  struct Commands {
    std::function<OrchestratorView()> status;
    std::function<Async<Result<void>>(std::string service, Fleet::Report)> restart;
    std::function<Async<Result<void>>(std::string service, int count, Fleet::Report)> scale;
    std::function<void()> stop;  // asks for it; answered before it happens
  };
  // Replaces a socket that a killed predecessor left (the home's lock is ours). Throws std::system_error.
  ControlServer(Executor executor, const std::filesystem::path& home, Commands commands);
  ~ControlServer();  // removes the socket

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// From another process, blocking: the last answer. unavailable when no orchestrator runs in `home`; the orchestrator's own
// refusal as the error it is. `on_say` hears what it does meanwhile.
[[nodiscard]] Result<ControlAnswer> ask_orchestrator(const std::filesystem::path& home, const ControlRequest& request,
                                                     const std::function<void(const std::string&)>& on_say);

}  // namespace valion::app
