#include "services/api_gateway/api_gateway.hpp"

#include <algorithm>
#include <set>

#include "platform/auth/password.hpp"
#include "platform/service/calls.hpp"
#include "platform/service/job_routes.hpp"
#include "platform/service/read_json.hpp"
#include "platform/service/version.hpp"
#include "services/api_gateway/caller_check.hpp"
#include "services/api_gateway/documents/documents.hpp"
#include "services/api_gateway/edge/edge.hpp"
#include "services/api_gateway/edge/listener.hpp"
#include "services/api_gateway/identity/access_routes.hpp"
#include "services/api_gateway/identity/callers.hpp"
#include "services/api_gateway/identity/command_line_credential.hpp"
#include "services/api_gateway/identity/sign_in.hpp"
#include "services/api_gateway/routing/route_table.hpp"
#include "services/api_gateway/routing/table.hpp"

namespace valion {
namespace {

constexpr std::uint64_t kFormOverhead = 2u << 20;  // multipart heads and text fields beside an uploaded file
constexpr std::uint64_t kSmallBody = 4 << 10;      // bytes

// Longer than the longest `Prefer: wait=60`, so that a service that waits on purpose is not cut off.
constexpr std::chrono::seconds kAnswerPatience{120};

std::shared_ptr<const gateway::RouteTable> default_table(const Settings& settings) {
  std::vector<gateway::Route> routes;
  for (const gateway::RelayedRoute& each : gateway::route_table()) {
    gateway::Route route;
    route.name = std::string(each.public_prefix.substr(1));
    std::replace(route.name.begin(), route.name.end(), '/', '-');
    route.prefix = std::string(each.public_prefix);
    route.service = std::string(each.service);
    route.replacement = std::string(each.service_prefix);
    route.methods = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    route.timeout = kAnswerPatience;
    route.body_limit = each.takes_uploads ? settings.upload_limit + kFormOverhead : gateway::kBodyLimit;
    routes.push_back(std::move(route));
  }
  return std::make_shared<const gateway::RouteTable>(std::move(routes));
}

Async<Result<http::Response>> show_index() {
  contracts::Index index;
  index.version = std::string(version());
  for (const gateway::RelayedRoute& route : gateway::route_table()) {
    if (route.public_prefix.starts_with("/api/")) index.routes.push_back(std::string(route.public_prefix) + "/…");
  }
  index.routes.emplace_back("/api/v1/jobs/…");
  co_return http::json_response(200, json::encode(index));
}

}  // namespace

struct ApiGateway::State {
  State(ServiceContext& context, auth::SigningKey signing_key, std::string absent_hash)
      : key(std::move(signing_key)),
        database(context.catalogue_url()),
        users(database),
        keys(database),
        callers(key, users, keys),
        access(users, keys, callers, context.cpu, context.log),
        sign_in(users, context.cpu, key, context.settings.token_lifetime, std::move(absent_hash)),
        caller_check(callers, context.internal_key),
        security(gateway::SecuritySettings{}, false),
        steps{context.log,  context.metrics, context.tracer, context.calls.upstreams(),
              caller_check, nullptr,         &security} {
    context.observe(database, "catalogue");
    steps.routes =
        std::make_shared<gateway::ActiveRoutes>(default_table(context.settings), steps.upstreams, context.metrics);
  }

  auth::SigningKey key;
  sql::Database database;
  gateway::UserCatalogue users;
  gateway::ApiKeyCatalogue keys;
  gateway::Callers callers;
  gateway::AccessRoutes access;
  gateway::SignIn sign_in;
  CallerCheck caller_check;
  gateway::SecurityFields security;
  gateway::Steps steps;
};

ApiGateway::ApiGateway() = default;
ApiGateway::~ApiGateway() = default;

std::unique_ptr<http::Frontend> ApiGateway::make_frontend(http::ServerSettings settings, const http::Router& router,
                                                          http::Around around) {
  edge_ = std::make_shared<gateway::Edge>(context().executor, gateway::EdgeSettings{}, router, std::move(around));
  return std::make_unique<gateway::Listener>(edge_, settings);
}

void ApiGateway::routes(http::Router& router) {
  const auto add = [&](http::Method method, const std::string& path, http::Handler handler, std::uint64_t body_limit) {
    http::RouteOptions options;
    options.body_limit = body_limit;
    router.add(
        method, path,
        [this, inner = std::move(handler)](http::Request& request) { return authenticated(request, inner); }, options);
  };
  add_job_routes(router, "/api/v1/jobs", context(), [this](http::Handler handler) -> http::Handler {
    return [this, inner = std::move(handler)](http::Request& request) { return authenticated(request, inner); };
  });

  for (const gateway::AccessRoute& route : gateway::access_routes()) {
    const auto handle = [this, &route](http::Request& request) { return (state_->access.*route.handle)(request); };
    add(route.method, std::string(route.path), handle, kSmallBody);
  }

  documents_ = std::make_unique<gateway::Documents>(version());
  gateway::add_document_routes(router, *documents_);

  http::RouteOptions open;
  open.anonymous = true;
  open.body_limit = kSmallBody;
  router.add(
      http::Method::get, "/", [](http::Request&) { return show_index(); }, open);
  router.add(
      http::Method::post, "/api/v1/auth/token", [this](http::Request& request) { return issue_token(request); }, open);
}

Async<Result<void>> ApiGateway::initialize() {
  const std::filesystem::path secrets = context().home / "secrets";
  const auto hash_nobody = [] { return auth::hash_password(auth::random_text(24)); };
  VALION_CO_TRY_ASSIGN(std::string absent_hash, co_await context().cpu.run(hash_nobody));
  state_ = std::make_unique<State>(context(), auth::SigningKey::load_or_create(context().settings.gateway_key()),
                                   std::move(absent_hash));
  edge_->steps = &state_->steps;
  VALION_CO_TRY(co_await state_->callers.refresh());
  const std::filesystem::path credential = secrets / "cli.json";
  VALION_CO_TRY_ASSIGN(const bool made,
                       co_await gateway::ensure_command_line_user(state_->users, context().cpu, credential));
  if (made) context().log.info("first start: made the command line's user", {{"file", credential.string()}});
  co_return Result<void>{};
}

// The gateway serves as long as it stands; a service without an instance makes it degraded, and its routes 503.
Async<ServiceHealth> ApiGateway::health_check() {
  ServiceHealth health;
  std::set<std::string> services;
  for (const gateway::RelayedRoute& route : gateway::route_table()) services.emplace(route.service);
  for (const std::string& service : services) {
    const bool up = !context().directory.instances(service).empty();
    health.dependencies.push_back({service, up, up ? "" : "no instance is registered"});
  }
  co_return health;
}

Async<Result<http::Response>> ApiGateway::authenticated(http::Request& request, const http::Handler& inner) const {
  VALION_CO_TRY_ASSIGN(Principal principal, co_await state_->callers.caller_of(request));
  std::erase(principal.roles, "service");  // what services are to one another, no client ever is
  request.principal = std::move(principal);
  auto response = co_await inner(request);
  co_return response;
}

Async<Result<http::Response>> ApiGateway::issue_token(http::Request& request) {
  VALION_CO_TRY_ASSIGN(const auto wanted, co_await read_json<contracts::TokenRequest>(request, kSmallBody));
  VALION_CO_TRY_ASSIGN(const auto answer, co_await state_->sign_in.token_for(wanted, request.remote_address));
  http::Response response = http::json_response(200, json::encode(answer));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace valion
