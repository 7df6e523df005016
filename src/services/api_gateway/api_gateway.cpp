#include "services/api_gateway/api_gateway.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>

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
#include "services/api_gateway/routing/live_table.hpp"
#include "services/api_gateway/routing/reload_watch.hpp"

namespace valion {
namespace {

constexpr std::uint64_t kSmallBody = 4 << 10;  // bytes

gateway::LiveTable load_table(const Settings& settings) {
  auto table = gateway::LiveTable::load(gateway::table_source(settings));
  if (!table) throw std::runtime_error("the route table cannot be used: " + gateway::told(table.error()));
  return std::move(*table);
}

std::shared_ptr<gateway::TlsContext> load_certificate(const Settings& settings) {
  if (settings.gateway_tls_certificate.empty()) return nullptr;
  return std::make_shared<gateway::TlsContext>(
      gateway::TlsFiles{settings.gateway_tls_certificate, settings.gateway_tls_key});
}

gateway::EdgeSettings edge_settings(const Settings& settings) {
  gateway::EdgeSettings made;
  made.head.bytes = std::min<std::size_t>(settings.gateway_head_limit, gateway::BlockPool::kBlock);
  return made;
}

Async<Result<http::Response>> show_index(const gateway::RouteTable& table) {
  contracts::Index index;
  index.version = std::string(version());
  for (const gateway::Route& route : table.routes()) {
    if (route.prefix.starts_with("/api/") && !route.is_local()) index.routes.push_back(route.prefix + "/…");
  }
  index.routes.emplace_back("/api/v1/jobs/…");
  co_return http::json_response(200, json::encode(index));
}

}  // namespace

struct ApiGateway::Front {
  Front(ServiceContext& context, const http::Router& router, http::Around around)
      : table(load_table(context.settings)),
        tls(load_certificate(context.settings)),
        edge(std::make_shared<gateway::Edge>(context.executor, edge_settings(context.settings), router,
                                             std::move(around))) {}

  gateway::LiveTable table;
  std::shared_ptr<gateway::TlsContext> tls;
  std::shared_ptr<gateway::Edge> edge;
};

struct ApiGateway::State {
  State(ServiceContext& context, Front& front, auth::SigningKey signing_key, std::string absent_hash)
      : key(std::move(signing_key)),
        database(context.catalogue_url()),
        users(database),
        keys(database),
        callers(key, users, keys),
        access(users, keys, callers, context.cpu, context.log),
        sign_in(users, context.cpu, key, context.settings.token_lifetime, std::move(absent_hash)),
        caller_check(callers, context.internal_key),
        security(gateway::SecuritySettings{}, front.tls != nullptr),
        steps{context.log,  context.metrics, context.tracer, context.calls.upstreams(),
              caller_check, nullptr,         &security} {
    context.observe(database, "catalogue");
    const auto put_in_force = [this, &context, &front](const gateway::RouteTable&) {
      steps.routes = std::make_shared<gateway::ActiveRoutes>(front.table.current(), steps.upstreams, context.metrics);
    };
    put_in_force(*front.table.current());
    front.table.on_replaced(put_in_force);
    front.edge->steps = &steps;
    reload.emplace(context.executor, front.table, context.log);
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
  std::optional<gateway::ReloadWatch> reload;
};

ApiGateway::ApiGateway() = default;
ApiGateway::~ApiGateway() = default;

std::unique_ptr<http::Frontend> ApiGateway::make_frontend(http::ServerSettings settings, const http::Router& router,
                                                          http::Around around) {
  front_ = std::make_unique<Front>(context(), router, std::move(around));
  return std::make_unique<gateway::Listener>(front_->edge, settings, front_->tls);
}

bool ApiGateway::stands_alone() const { return !front_->table.current()->needs_registry(); }

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
      http::Method::get, "/", [this](http::Request&) { return show_index(*front_->table.current()); }, open);
  router.add(
      http::Method::post, "/api/v1/auth/token", [this](http::Request& request) { return issue_token(request); }, open);
}

Async<Result<void>> ApiGateway::initialize() {
  const std::filesystem::path secrets = context().home / "secrets";
  const auto hash_nobody = [] { return auth::hash_password(auth::random_text(24)); };
  VALION_CO_TRY_ASSIGN(std::string absent_hash, co_await context().cpu.run(hash_nobody));
  state_ = std::make_unique<State>(
      context(), *front_, auth::SigningKey::load_or_create(context().settings.gateway_key()), std::move(absent_hash));
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
  for (const gateway::Route& route : front_->table.current()->routes()) {
    if (!route.service.empty() && !route.is_local()) services.emplace(route.service);
  }
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
