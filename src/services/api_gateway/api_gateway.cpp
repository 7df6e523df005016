#include "services/api_gateway/api_gateway.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>

#include "platform/service/calls.hpp"
#include "platform/service/job_routes.hpp"
#include "platform/service/version.hpp"
#include "services/api_gateway/admin/admin_port.hpp"
#include "services/api_gateway/admin/parts_views.hpp"
#include "services/api_gateway/admin/routes_view.hpp"
#include "services/api_gateway/caller_check.hpp"
#include "services/api_gateway/documents/documents.hpp"
#include "services/api_gateway/edge/edge.hpp"
#include "services/api_gateway/edge/listener.hpp"
#include "services/api_gateway/edge/tls_watch.hpp"
#include "services/api_gateway/identity/identity.hpp"
#include "services/api_gateway/limits/live_gateways.hpp"
#include "services/api_gateway/routing/live_table.hpp"
#include "services/api_gateway/routing/reload_watch.hpp"
#include "services/api_gateway/shown_parts.hpp"

namespace valion {
namespace {

constexpr std::uint64_t kSmallBody = 4 << 10;  // bytes

// Only fixed upstreams, and no Redis of its own: then neither Redis nor the registry is there.
bool stands_alone(const Settings& settings, const gateway::RouteTable& table) {
  return settings.redis_url.empty() && !table.needs_registry();
}

// A gateway that began without the registry cannot get it by a reload.
gateway::LiveTable load_table(const Settings& settings) {
  gateway::TableSource source = gateway::table_source(settings);
  source.accept = [&settings, alone = std::optional<bool>()](const gateway::RouteTable& table) mutable -> Result<void> {
    if (!alone) alone = stands_alone(settings, table);
    if (!*alone || !table.needs_registry()) return {};
    return fail(ErrorKind::invalid,
                "the table has services of the registry, but this gateway was started without it; restart it");
  };
  auto table = gateway::LiveTable::load(std::move(source));
  if (!table) throw std::runtime_error("the route table cannot be used: " + gateway::told(table.error()));
  return std::move(*table);
}

std::shared_ptr<gateway::TlsContext> load_certificate(const Settings& settings) {
  if (settings.gateway_tls_certificate.empty()) return nullptr;
  return std::make_shared<gateway::TlsContext>(
      gateway::TlsFiles{settings.gateway_tls_certificate, settings.gateway_tls_key});
}

std::optional<gateway::Cors> load_origins(const Settings& settings) {
  gateway::CorsSettings made;
  std::istringstream words(settings.gateway_cors_origins);
  for (std::string origin; words >> origin;) made.origins.push_back(origin);
  if (made.origins.empty()) return std::nullopt;
  auto cors = gateway::Cors::from(made);
  if (!cors) throw std::runtime_error("gateway.cors_origins: " + gateway::told(cors.error()));
  return std::move(*cors);
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

// gateway.identity off: nobody is known, so a route that wants somebody lets nobody in.
class NobodyKnown final : public gateway::CallerCheck {
 public:
  gateway::CallerPtr known(const gateway::Fields&) override { return nullptr; }
  Async<Result<gateway::CallerPtr>> verify(const gateway::Fields&, const std::string&) override {
    co_return fail(ErrorKind::unauthenticated, "this gateway knows nobody: gateway.identity is off");
  }
  const std::string& internal_authorization(const gateway::Caller&) override { return none_; }

 private:
  std::string none_;
};

gateway::Steps steps_of(ServiceContext& context, gateway::CallerCheck& callers,
                        const gateway::SecurityFields& security) {
  return {context.log, context.metrics, context.tracer, context.calls.upstreams(), callers, nullptr, &security};
}

gateway::limits::LimiterSettings limiter_settings(const ServiceContext& context, bool alone) {
  gateway::limits::LimiterSettings made;
  made.shared = !alone;
  made.gateways = [&directory = context.directory] { return gateway::limits::live_gateways(directory); };
  return made;
}

// `table` must outlive the cache.
gateway::cache::Settings cache_settings(const Settings& settings, const gateway::LiveTable& table) {
  gateway::cache::Settings made;
  made.memory = settings.gateway_cache_memory;
  made.may_hold = [&table](std::string_view target) {
    const gateway::RouteMatch match = table.current()->match("GET", target.substr(0, target.find('?')));
    return match && match.route->caches;
  };
  return made;
}

}  // namespace

struct ApiGateway::Front {
  explicit Front(const Settings& settings)
      : table(load_table(settings)), tls(load_certificate(settings)), cors(load_origins(settings)) {}

  // From now on exchanges go through `steps`, by the table that is in force.
  void begin(ServiceContext& context, gateway::Steps& steps);
  [[nodiscard]] gateway::admin::Parts admin_parts(ServiceContext& context);

  gateway::LiveTable table;
  std::shared_ptr<gateway::TlsContext> tls;
  std::optional<gateway::Cors> cors;
  std::weak_ptr<gateway::Edge> edge;  // the listener's: it must go before the event loop does
  gateway::Shedding shedding;
  std::optional<gateway::limits::Limiter> limiter;
  std::optional<gateway::cache::ResponseCache> cache;
  std::optional<gateway::TlsWatch> tls_watch;
  std::optional<gateway::ReloadWatch> reload;
  std::optional<gateway::admin::AdminPort> admin;
  std::function<void(const http::Request&, const std::string&)> changed;  // by the operator; before begin()
  gateway::Steps* steps = nullptr;                                        // of whom began
};

void ApiGateway::Front::begin(ServiceContext& context, gateway::Steps& its_steps) {
  steps = &its_steps;
  const bool alone = valion::stands_alone(context.settings, *table.current());
  limiter.emplace(context.executor, context.redis, limiter_settings(context, alone));
  cache.emplace(context.executor, cache_settings(context.settings, table), alone ? nullptr : &context.redis);
  if (cors) steps->cors = &*cors;
  steps->limiter = &*limiter;
  steps->cache = &*cache;
  steps->older_limit_fields = context.settings.gateway_older_limit_fields;
  const auto put_in_force = [this, &context](const gateway::RouteTable&) {
    steps->routes =
        std::make_shared<gateway::ActiveRoutes>(table.current(), steps->upstreams, context.metrics, &shedding);
  };
  put_in_force(*table.current());
  table.on_replaced(put_in_force);
  if (const auto listening = edge.lock()) listening->steps = steps;
  reload.emplace(context.executor, table, context.log);
  if (tls) tls_watch.emplace(context.executor, tls, context.log);
  if (context.settings.gateway_admin_port == 0) return;
  const gateway::admin::PortSettings settings{context.settings.gateway_admin_port};
  admin.emplace(context.executor, settings, admin_parts(context), context.internal_key, context.log, context.metrics);
  admin->start();
}

gateway::admin::Parts ApiGateway::Front::admin_parts(ServiceContext& context) {
  namespace admin = gateway::admin;
  Upstreams& upstreams = context.calls.upstreams();
  admin::Parts parts;
  parts.routes = [this] { return admin::routes_view(table); };
  parts.instances = [&context, &upstreams] { return admin::instances_view(upstreams, context.directory); };
  parts.breakers = [&upstreams] { return admin::breakers_view(upstreams); };
  parts.config = [&context] { return admin::config_view(context.settings); };
  parts.cache = [this] { return gateway::cache_view(*cache); };
  parts.purge = [this](const admin::Purge& wanted) { return gateway::purge(*cache, wanted); };
  parts.limits = [this] { return gateway::limits_view(*limiter, shedding); };
  parts.reload = [this] { return admin::reload(*reload, table); };
  parts.drain = [] { std::raise(SIGTERM); };
  parts.changed = changed;
  return parts;
}

// In place of State where gateway.identity is off: no catalogue, no keys, no users.
struct ApiGateway::Open {
  Open(ServiceContext& context, Front& front)
      : security(gateway::SecuritySettings{}, front.tls != nullptr), steps(steps_of(context, callers, security)) {
    front.begin(context, steps);
  }

  NobodyKnown callers;
  gateway::SecurityFields security;
  gateway::Steps steps;
};

struct ApiGateway::State {
  State(ServiceContext& context, Front& front)
      : identity(context),
        caller_check(identity.authenticator),
        security(gateway::SecuritySettings{}, front.tls != nullptr),
        steps(steps_of(context, caller_check, security)) {
    steps.refused = [this](const gateway::RefusedPermission& refusal) { identity.refusals.note(refusal); };
    front.changed = [this](const http::Request& request, const std::string& what) {
      identity.note_administration(request, what);
    };
    front.begin(context, steps);
  }

  gateway::Identity identity;
  CallerCheck caller_check;
  gateway::SecurityFields security;
  gateway::Steps steps;
};

ApiGateway::ApiGateway() = default;
ApiGateway::~ApiGateway() = default;

std::unique_ptr<http::Frontend> ApiGateway::make_frontend(http::ServerSettings settings, const http::Router& router,
                                                          http::Around around) {
  front_ = std::make_unique<Front>(context().settings);
  auto edge =
      std::make_shared<gateway::Edge>(context().executor, edge_settings(context().settings), router, std::move(around));
  front_->edge = edge;
  return std::make_unique<gateway::Listener>(std::move(edge), settings, front_->tls);
}

bool ApiGateway::stands_alone() const { return valion::stands_alone(context().settings, *front_->table.current()); }

void ApiGateway::routes(http::Router& router) {
  if (context().settings.gateway_identity) add_routes_of_callers(router);
  documents_ = std::make_unique<gateway::Documents>(version());
  gateway::add_document_routes(router, *documents_);
  http::RouteOptions open;
  open.anonymous = true;
  open.body_limit = kSmallBody;
  router.add(
      http::Method::get, "/", [this](http::Request&) { return show_index(*front_->table.current()); }, open);
}

void ApiGateway::add_routes_of_callers(http::Router& router) {
  const auto add = [&](http::Method method, const std::string& path, http::Handler handler, std::uint64_t body_limit) {
    http::RouteOptions options;
    options.body_limit = body_limit;
    router.add(
        method, path,
        [this, inner = std::move(handler)](http::Request& request) { return state_->identity.let_in(request, inner); },
        options);
  };
  add_job_routes(router, "/api/v1/jobs", context(), [this](http::Handler handler) -> http::Handler {
    return
        [this, inner = std::move(handler)](http::Request& request) { return state_->identity.let_in(request, inner); };
  });

  http::RouteOptions open;
  open.anonymous = true;
  open.body_limit = kSmallBody;
  for (const gateway::IdentityRoute& route : gateway::identity_routes()) {
    const auto handle = [this, &route](http::Request& request) {
      return answer(route, state_->identity.means, request);
    };
    if (route.anonymous) {
      router.add(route.method, route.path, handle, open);
    } else {
      add(route.method, std::string(route.path), handle, kSmallBody);
    }
  }
}

Async<Result<void>> ApiGateway::initialize() {
  if (!context().settings.gateway_identity) {
    open_ = std::make_unique<Open>(context(), *front_);
    co_return Result<void>{};
  }
  state_ = std::make_unique<State>(context(), *front_);
  const Result<void> started = co_await state_->identity.start();
  co_return started;
}

// What lives on the event loop ends here: this object outlives it. Permits that nobody used are for other gateways.
Async<void> ApiGateway::cleanup() {
  front_->admin.reset();
  front_->reload.reset();
  front_->tls_watch.reset();
  if (front_->steps == nullptr) co_return;
  front_->steps->limiter = nullptr;
  front_->steps->cache = nullptr;
  if (!stands_alone()) co_await front_->limiter->give_back_all();
  front_->limiter.reset();
  front_->cache.reset();
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

}  // namespace valion
