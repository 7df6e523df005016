#include "app/commands/gateway_admin.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/describe.hpp>

#include "app/commands/commands.hpp"
#include "platform/auth/token.hpp"
#include "platform/http/client.hpp"
#include "platform/json/described.hpp"
#include "services/api_gateway/routing/live_table.hpp"

namespace valion::app {
namespace {

using namespace std::chrono_literals;

constexpr int kWrongTable = 2;

struct Purge {
  std::optional<std::string> tag;
  std::optional<std::string> prefix;
  std::optional<bool> all;
};
BOOST_DESCRIBE_STRUCT(Purge, (), (tag, prefix, all))

std::string operators_token(const Settings& settings) {
  const auto key = auth::SigningKey::load_or_create(settings.internal_key());
  const auth::TokenSettings token{auth::kInternalAudience, 60s, 5s};
  return auth::issue_token(key, token, Principal{"valion", "operator", {"admin"}}, std::chrono::system_clock::now());
}

http::ClientRequest request_for(const Settings& settings, const GatewayQuestion& question) {
  http::ClientRequest request;
  request.host = "127.0.0.1";
  request.port = question.port.value_or(settings.gateway_admin_port);
  request.timeout = 10s;
  request.headers.set("Authorization", "Bearer " + operators_token(settings));
  request.target = "/" + question.what;
  if (question.what == "reload" || question.what == "drain") request.method = http::Method::post;
  if (question.what != "purge") return request;
  Purge purge{question.tag, question.prefix, std::nullopt};
  if (question.all) purge.all = true;
  request.method = http::Method::post;
  request.target = "/cache/purge";
  request.headers.set("Content-Type", "application/json");
  request.body = json::encode(purge);
  return request;
}

Async<int> ask(http::Client& client, http::ClientRequest request) {
  const std::string where = fmt::format("the admin port {}", request.port);
  auto answer = co_await client.send(std::move(request));
  if (!answer) {
    Error error = std::move(answer).error();
    error.message = where + " does not answer: " + error.message +
                    "; is the gateway running with this home, and is gateway.admin_port the same?";
    co_return complain(error);
  }
  const auto body = co_await http::read_all(*answer->body, 16u << 20);
  if (!body) co_return complain(body.error());
  if (answer->status >= 300) {
    co_return complain(
        http::error_from_response(answer->status, answer->headers.find("Content-Type").value_or(""), *body));
  }
  fmt::print("{}\n", *body);
  co_return 0;
}

}  // namespace

int ask_gateway(const Settings& settings, const GatewayQuestion& question) {
  if (question.port.value_or(settings.gateway_admin_port) == 0)
    return complain(make_error(ErrorKind::invalid, "gateway.admin_port is 0: there is no admin port"));
  asio::io_context loop{1};
  http::Client client(loop.get_executor());
  int code = 1;
  asio::co_spawn(loop.get_executor(), ask(client, request_for(settings, question)),
                 [&](std::exception_ptr failure, int ended_with) {
                   loop.stop();
                   if (failure) std::rethrow_exception(failure);
                   code = ended_with;
                 });
  loop.run();
  return code;
}

int check_routes(const Settings& settings) {
  const auto live = gateway::LiveTable::load(gateway::table_source(settings));
  if (live) return 0;
  complain(live.error());
  return kWrongTable;
}

int show_routes(const Settings& settings) {
  const gateway::TableSource source = gateway::table_source(settings);
  if (source.file.empty()) {
    fmt::print("{}", gateway::default_routes_yaml());
    return 0;
  }
  const auto live = gateway::LiveTable::load(source);
  if (!live) return complain(live.error()), kWrongTable;
  fmt::print("# from {}\n{}", source.file.string(), gateway::routes_to_yaml(live->current()->routes()));
  return 0;
}

}  // namespace valion::app
