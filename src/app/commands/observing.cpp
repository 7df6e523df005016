#include "app/commands/observing.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/describe.hpp>

#include <charconv>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "app/commands/commands.hpp"
#include "app/status/registered_instances.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/json/described.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;
constexpr std::string_view kScheme = "http://";

Result<http::ClientRequest> request_to(const std::string& url) {
  const std::size_t slash = url.find('/', std::min(kScheme.size(), url.size()));
  const std::string authority = url.substr(0, slash);
  const std::size_t colon = authority.rfind(':');
  http::ClientRequest request;
  if (url.starts_with(kScheme) && colon != std::string::npos && colon > kScheme.size()) {
    const char* const end = authority.data() + authority.size();
    const auto [last, error] = std::from_chars(authority.data() + colon + 1, end, request.port);
    request.host = authority.substr(kScheme.size(), colon - kScheme.size());
    request.target = slash == std::string::npos ? "/health" : url.substr(slash);
    if (error == std::errc{} && last == end && request.port != 0) return request;
  }
  return fail(ErrorKind::invalid, "not an address: " + url + "; write it as http://127.0.0.1:8000/health/ready");
}

// Runs one coroutine on a loop of its own.
template <class T>
T run_now(asio::io_context& loop, Async<T> work) {
  std::optional<T> made;
  asio::co_spawn(loop.get_executor(), std::move(work), [&](std::exception_ptr failure, T answer) {
    loop.stop();
    if (failure) std::rethrow_exception(failure);
    made = std::move(answer);
  });
  loop.run();
  return std::move(*made);
}

struct Answered {
  int status = 0;
  std::string body;
};

// The answer with whatever status.
Async<Result<Answered>> exchange(http::Client& client, http::ClientRequest request) {
  VALION_CO_TRY_ASSIGN(http::ClientResponse response, co_await client.send(std::move(request)));
  VALION_CO_TRY_ASSIGN(std::string body, co_await http::read_all(*response.body, 1u << 20));
  co_return Answered{response.status, std::move(body)};
}

struct LevelView {
  std::string level;
};
BOOST_DESCRIBE_STRUCT(LevelView, (), (level))

std::string internal_token(const Settings& settings) {
  const auto key = auth::SigningKey::load_or_create(settings.internal_key());
  const auth::TokenSettings token{auth::kInternalAudience, 60s, 5s};
  return auth::issue_token(key, token, Principal{"valion", "operator", {"admin"}}, std::chrono::system_clock::now());
}

http::ClientRequest level_request(const registry::Instance& instance, const LogLevelChange& change,
                                  const std::string& token) {
  http::ClientRequest request;
  request.host = instance.host;
  request.port = instance.port;
  request.target = "/internal/log-level";
  request.timeout = 3s;
  request.headers.set("Authorization", "Bearer " + token);
  if (change.level.empty()) return request;
  request.method = http::Method::put;
  request.headers.set("Content-Type", "application/json");
  request.body = json::encode(LevelView{change.level});
  return request;
}

Async<bool> change_one(http::Client& client, const registry::Instance& instance, const LogLevelChange& change,
                       const std::string& token) {
  const auto answer = co_await exchange(client, level_request(instance, change, token));
  if (!answer) {
    fmt::print("{:<32} {}\n", instance.id, answer.error().message);
    co_return false;
  }
  const auto view = json::decode<LevelView>(answer->body);
  fmt::print("{:<32} {}\n", instance.id,
             view ? view->level : fmt::format("refused: {} {}", answer->status, answer->body));
  co_return view.has_value();
}

Async<int> change_all(Executor executor, const Settings& settings, const LogLevelChange& change) {
  const std::vector<registry::Instance> all = co_await registered_instances(executor, settings);
  std::vector<registry::Instance> wanted;
  for (const registry::Instance& instance : all) {
    if (change.service.empty() || instance.service == change.service) wanted.push_back(instance);
  }
  if (wanted.empty()) {
    co_return complain(make_error(ErrorKind::not_found, "no running instance of " +
                                                            (change.service.empty() ? "any service" : change.service) +
                                                            " is registered; see `valion status`"));
  }
  const std::string token = internal_token(settings);
  http::Client client(executor);
  bool all_obeyed = true;
  for (const registry::Instance& instance : wanted) {
    const bool obeyed = co_await change_one(client, instance, change, token);
    all_obeyed = all_obeyed && obeyed;
  }
  co_return all_obeyed ? 0 : 1;
}

}  // namespace

int ask_health(const HealthQuestion& question) {
  auto request = request_to(question.url);
  if (!request) return complain(request.error());
  request->timeout = std::chrono::seconds(question.patience_seconds);
  asio::io_context loop{1};
  http::Client client(loop.get_executor());
  const auto answer = run_now(loop, exchange(client, std::move(*request)));
  if (!answer) return complain(answer.error());
  fmt::print("{}\n", answer->body);
  return answer->status == 200 ? 0 : 1;
}

int change_log_level(const Settings& settings, const LogLevelChange& change) {
  asio::io_context loop{1};
  return run_now(loop, change_all(loop.get_executor(), settings, change));
}

}  // namespace valion::app
