#include "app/orchestrator/roles.hpp"

namespace valion::app {
namespace {

constexpr std::string_view kServiceReadyMark = "listening on ";
constexpr std::string_view kRedisReadyMark = "ready to accept connections";

std::string port_in(const std::string& address) { return address.substr(address.rfind(':') + 1); }

}  // namespace

Role redis_role(const std::filesystem::path& home, std::function<void(const std::string&)> on_line) {
  const std::filesystem::path folder = home / "redis";
  const Command command{
      "redis-server",
      {"--port", "0", "--unixsocket", (folder / "redis.sock").string(), "--unixsocketperm", "700", "--dir",
       folder.string(), "--appendonly", "yes", "--save", "", "--daemonize", "no", "--logfile", ""},
      {}};
  return Role{
      "redis", [command](const std::string&) { return command; }, std::string(kRedisReadyMark), std::move(on_line), {}};
}

Role service_role(const Settings& settings, const OrchestratorOptions& options, std::string_view service,
                  ServicePlace place) {
  Command command{options.program.string(), {std::string(service), "--home", settings.home.string()}, {}};
  if (options.config) command.arguments.insert(command.arguments.end(), {"--config", options.config->string()});
  const auto complete = [command, port = place.port,
                         listener = place.listener](const std::string& last_address) -> Result<Command> {
    Command made = command;
    made.arguments.insert(made.arguments.end(),
                          {"--port", last_address.empty() ? std::to_string(port) : port_in(last_address)});
    if (listener) {
      VALION_TRY_ASSIGN(made.listener, listener());
    }
    return made;
  };
  return Role{place.name, complete, std::string(kServiceReadyMark), {}, std::move(place.on_crash_loop)};
}

}  // namespace valion::app
