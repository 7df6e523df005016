#include "functional/running_system.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "app/api/api_client.hpp"
#include "app/orchestrator/home.hpp"
#include "app/service_list.hpp"
#include "contracts/platform.hpp"
#include "functional/exchange_record.hpp"
#include "platform/http/client.hpp"
#include "platform/http/multipart.hpp"

namespace valion::functional {
namespace {

using namespace std::chrono_literals;

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// The child's output goes to `output`; the child becomes `command`.
pid_t start(std::vector<std::string> command, const std::map<std::string, std::string>& environment, int output) {
  const std::vector<char*> arguments = pointers(command);
  const pid_t id = fork();
  if (id != 0) return id;
  prctl(PR_SET_PDEATHSIG, SIGTERM);  // a test that crashes leaves nothing running
  for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

std::string trimmed_headers(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

Async<Result<Answer>> exchange(http::Client& client, http::ClientRequest request) {
  VALION_CO_TRY_ASSIGN(http::ClientResponse response, co_await client.send(std::move(request)));
  VALION_CO_TRY_ASSIGN(std::string body, co_await http::read_all(*response.body, 512u << 20));
  Answer answer{response.status, "", std::move(body), {}};
  for (const auto& [name, value] : response.headers) answer.headers.insert_or_assign(trimmed_headers(name), value);
  answer.content_type = answer.headers["content-type"];
  co_return answer;
}

}  // namespace

Finished run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const pid_t id = start(command, environment, ends[1]);
  close(ends[1]);
  Finished finished;
  char buffer[65536];
  for (ssize_t got = 0; (got = read(ends[0], buffer, sizeof buffer)) > 0;) {
    finished.output.append(buffer, static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(id, &status, 0);
  finished.code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return finished;
}

bool eventually(const std::function<bool()>& condition, std::chrono::seconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

std::filesystem::path source_file(const std::string& relative) {
  return std::filesystem::path(VALION_SOURCE_DIR) / relative;
}

std::string slurp(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  std::ostringstream text;
  text << input.rdbuf();
  return text.str();
}

std::string valion_binary() { return VALION_BINARY; }

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "valion-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, const std::string& content) const {
  std::ofstream(path_ / name, std::ios::binary) << content;
  return path_ / name;
}

RunningSystem::RunningSystem(std::vector<std::string> orchestrator_arguments,
                             std::map<std::string, std::string> environment, std::filesystem::path home)
    : arguments_(std::move(orchestrator_arguments)),
      home_(home.empty() ? folder_.path() : std::move(home)),
      environment_(std::move(environment)) {
  for (const app::ServiceEntry& entry : app::service_list()) {
    std::string name(entry.name);
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    environment_.emplace("VALION_PORT_" + name, "0");
  }
  environment_.emplace("VALION_METRICS_PORT", "0");
  start_again();
}

void RunningSystem::start_again() {
  app::remove_gateway_address(home());
  std::vector<std::string> command{valion_binary(), "orchestrator", "--home", home().string()};
  command.insert(command.end(), arguments_.begin(), arguments_.end());
  const int log = open((home() / "orchestrator.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  orchestrator_ = start(command, environment_, log);
  close(log);
  const bool up = eventually(
      [&] { return app::read_gateway_address(home()).has_value() || waitpid(orchestrator_, nullptr, WNOHANG) != 0; },
      120s);
  const auto address = app::read_gateway_address(home());
  if (!up || !address) throw std::runtime_error("the system did not start:\n" + slurp(home() / "orchestrator.log"));
  gateway_ = *address;
}

RunningSystem::~RunningSystem() {
  if (orchestrator_ > 0) stop();
}

void RunningSystem::kill_orchestrator() {
  kill(orchestrator_, SIGKILL);
  waitpid(orchestrator_, nullptr, 0);
  orchestrator_ = -1;
}

int RunningSystem::stop() {
  kill(orchestrator_, SIGTERM);
  int status = 0;
  waitpid(orchestrator_, &status, 0);
  orchestrator_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Finished RunningSystem::valion(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), valion_binary());
  arguments.insert(arguments.end(), {"--home", home().string()});
  return run(arguments);
}

std::string RunningSystem::token() {
  if (!token_.empty()) return token_;
  const auto credential = app::read_credential(home());
  if (!credential) throw std::runtime_error(credential.error().message);
  const contracts::TokenRequest request{credential->user, credential->password};
  const Answer answer = call({.method = http::Method::post,
                              .target = "/api/v1/auth/token",
                              .token = "",
                              .headers = {{"Content-Type", "application/json"}},
                              .body = json::encode(request)});
  const auto parsed = json::decode<contracts::TokenAnswer>(answer.body);
  if (!parsed) throw std::runtime_error("no token: " + answer.body);
  return token_ = parsed->access_token;
}

Answer RunningSystem::call(const Call& wanted) {
  http::ClientRequest request;
  request.port = static_cast<std::uint16_t>(std::stoi(gateway_.substr(gateway_.rfind(':') + 1)));
  request.method = wanted.method;
  request.target = wanted.target;
  request.body = wanted.body;
  request.content_length = wanted.content_length;
  for (const auto& [name, value] : wanted.headers) request.headers.set(name, value);
  const std::string bearer = wanted.token ? *wanted.token : token();
  if (!bearer.empty()) request.headers.set("Authorization", "Bearer " + bearer);
  asio::io_context context{1};
  http::Client client(context.get_executor());
  Result<Answer> answer = fail(ErrorKind::internal, "no answer");
  asio::co_spawn(context.get_executor(), exchange(client, std::move(request)),
                 [&](std::exception_ptr failure, Result<Answer> got) {
                   if (failure) std::rethrow_exception(failure);
                   answer = std::move(got);
                   context.stop();
                 });
  context.run();
  if (!answer) throw std::runtime_error(wanted.target + ": " + answer.error().message);
  record_exchange(wanted, *answer);
  return *answer;
}

Answer RunningSystem::upload(const std::string& csv, const std::string& options, const std::string& file_name) {
  const TemporaryFolder folder;
  http::FormWriter form;
  form.field("options", options);
  form.file("file", folder.write(file_name, csv), "text/csv");
  return call({.method = http::Method::post,
               .target = "/api/v1/data/datasets",
               .headers = {{"Content-Type", form.content_type()}},
               .body = form.body().value()});
}

Answer RunningSystem::post(const std::string& target, const std::string& json) {
  return call({.method = http::Method::post,
               .target = target,
               .headers = {{"Content-Type", "application/json"}},
               .body = json});
}

std::vector<pid_t> RunningSystem::processes(const std::string& service) const {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string words = slurp(entry.path() / "cmdline");
    std::replace(words.begin(), words.end(), '\0', ' ');
    if (words.find(" " + service + " ") != std::string::npos && words.find(home().string()) != std::string::npos) {
      found.push_back(std::stoi(name));
    }
  }
  return found;
}

}  // namespace valion::functional
