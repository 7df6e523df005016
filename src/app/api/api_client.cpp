#include "app/api/api_client.hpp"

#include <array>
#include <boost/asio/co_spawn.hpp>

#include <charconv>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/orchestrator/home.hpp"
#include "app/service_list.hpp"
#include "platform/http/client.hpp"
#include "platform/json/stored_document.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr auto kRestartPatience = 10s;
constexpr auto kRetryPause = 200ms;
constexpr auto kJobPollPause = 150ms;
constexpr std::size_t kAnswerLimit = 256u << 20;

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

Result<Address> parse_address(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  const auto colon = url.rfind(':');
  Address address;
  if (url.starts_with(kScheme) && colon != std::string::npos && colon > kScheme.size()) {
    address.host = url.substr(kScheme.size(), colon - kScheme.size());
    const std::string port = url.substr(colon + 1, url.find('/', colon) - colon - 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (error == std::errc{} && end == port.data() + port.size()) return address;
  }
  return fail(ErrorKind::invalid, "not an address of a gateway: " + url + "; write it as http://127.0.0.1:8000");
}

// The Async functions of http::Client from a plain thread.
template <class T>
Result<T> run_to_end(asio::io_context& context, Async<Result<T>> work) {
  Result<T> answer = fail(ErrorKind::internal, "the call did not run");
  context.restart();
  asio::co_spawn(context.get_executor(), std::move(work), [&](std::exception_ptr failure, Result<T> result) {
    if (failure) std::rethrow_exception(failure);
    answer = std::move(result);
    context.stop();
  });
  context.run();
  return answer;
}

bool worth_another_try(const Error& error) {
  return error.kind == ErrorKind::unavailable || error.kind == ErrorKind::bad_gateway;
}

}  // namespace

struct ApiClient::State {
  explicit State(Address where) : address(std::move(where)), client(context.get_executor()) {}
  asio::io_context context{1};
  Address address;
  http::Client client;
  std::string token;

  http::ClientRequest request(http::Method method, const std::string& target) const {
    http::ClientRequest made;
    made.host = address.host;
    made.port = address.port;
    made.method = method;
    made.target = target;
    made.timeout = 120s;
    if (!token.empty()) made.headers.set("Authorization", "Bearer " + token);
    return made;
  }
  Result<std::string> text(http::ClientRequest request) {
    VALION_TRY_ASSIGN(auto answer, run_to_end(context, http::fetch(client, std::move(request), kAnswerLimit)));
    return std::move(answer.body);
  }
};

std::string gateway_url(const Settings& settings, const std::optional<std::string>& given) {
  if (given) return *given;
  if (const auto written = read_gateway_address(settings.home)) return *written;
  const auto configured = settings.ports.find("api_gateway");
  const std::uint16_t port =
      configured != settings.ports.end() ? configured->second : find_service("api_gateway")->port;
  return "http://127.0.0.1:" + std::to_string(port);
}

struct CredentialFile {
  std::string user, password;
  std::int64_t format = kFormat;
  static constexpr std::int64_t kFormat = 1;
  static constexpr std::array kDefaulted{"format"};
};
BOOST_DESCRIBE_STRUCT(CredentialFile, (), (user, password, format))

Result<Credential> read_credential(const std::filesystem::path& home) {
  const std::filesystem::path path = home / "secrets" / "cli.json";
  std::ifstream file(path);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return fail(ErrorKind::not_found,
                "no credential in " + path.string() + "; start `valion orchestrator` with the same --home first");
  }
  VALION_TRY(json::check_stored_format("the credential in " + path.string(), text.str(), CredentialFile::kFormat));
  VALION_TRY_ASSIGN(const auto parsed, json::decode<CredentialFile>(text.str()));
  return Credential{parsed.user, parsed.password};
}

ApiClient::ApiClient(std::unique_ptr<State> state) : state_(std::move(state)) {}
ApiClient::~ApiClient() = default;
ApiClient::ApiClient(ApiClient&&) noexcept = default;

Result<ApiClient> ApiClient::create(const std::string& url) {
  VALION_TRY_ASSIGN(auto address, parse_address(url));
  return ApiClient(std::make_unique<State>(std::move(address)));
}

void ApiClient::use_token(std::string token) { state_->token = std::move(token); }

Result<void> ApiClient::sign_in(const Credential& credential) {
  const contracts::TokenRequest request{credential.user, credential.password};
  VALION_TRY_ASSIGN(const auto answer, post_as<contracts::TokenAnswer>("/api/v1/auth/token", request));
  use_token(answer.access_token);
  return {};
}

Result<std::string> ApiClient::get(const std::string& target) {
  const auto until = std::chrono::steady_clock::now() + kRestartPatience;
  for (;;) {
    auto answer = state_->text(state_->request(http::Method::get, target));
    if (answer || !worth_another_try(answer.error()) || std::chrono::steady_clock::now() > until) return answer;
    std::this_thread::sleep_for(kRetryPause);
  }
}

Result<std::string> ApiClient::send(http::Method method, const std::string& target, std::string json) {
  http::ClientRequest request = state_->request(method, target);
  if (!json.empty()) request.headers.set("Content-Type", "application/json");
  request.body = std::move(json);
  return state_->text(std::move(request));
}

Result<std::string> ApiClient::post(const std::string& target, std::string json) {
  http::ClientRequest request = state_->request(http::Method::post, target);
  request.headers.set("Content-Type", "application/json");
  request.body = std::move(json);
  return state_->text(std::move(request));
}

Result<std::string> ApiClient::upload(const std::string& target, const http::FormWriter& form) {
  http::ClientRequest request = state_->request(http::Method::post, target);
  request.headers.set("Content-Type", form.content_type());
  VALION_TRY_ASSIGN(request.body, form.body());
  return state_->text(std::move(request));
}

Result<void> ApiClient::download(const std::string& target, const std::filesystem::path& file) {
  VALION_TRY_ASSIGN(const std::string content, get(target));
  std::ofstream output(file, std::ios::binary);
  output.write(content.data(), static_cast<std::streamsize>(content.size()));
  output.close();
  if (!output) return fail(ErrorKind::internal, "cannot write " + file.string());
  return {};
}

Result<int> ApiClient::status_of_get(const std::string& target, const std::string& token) {
  http::ClientRequest request = state_->request(http::Method::get, target);
  request.headers.erase("Authorization");
  if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
  VALION_TRY_ASSIGN(const auto answer, run_to_end(state_->context, state_->client.send(std::move(request))));
  return answer.status;
}

Result<std::string> ApiClient::finish_job(const std::string& accepted, const OnProgress& on_progress) {
  VALION_TRY_ASSIGN(auto job, json::decode<contracts::JobView>(accepted, json::Unknown::ignored));
  while (job.state == "queued" || job.state == "running") {
    on_progress(job.progress.total > 0 ? job.progress.done / job.progress.total : 0, job.progress.stage);
    std::this_thread::sleep_for(kJobPollPause);
    VALION_TRY_ASSIGN(job, get_as<contracts::JobView>("/api/v1/jobs/" + job.id));
  }
  if (job.state == "succeeded" && job.result) return job.result->text;
  const std::string words = job.error ? job.error->message : "the job was " + job.state;
  const bool interrupted = job.error && job.error->kind == "interrupted";
  return fail(
      interrupted                ? ErrorKind::interrupted
      : job.state == "cancelled" ? ErrorKind::cancelled
                                 : ErrorKind::invalid,
      "job " + job.id + " (" + job.kind + ") " + job.state + (interrupted ? ", interrupted" : "") + ": " + words);
}

}  // namespace valion::app
