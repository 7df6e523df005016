#include <algorithm>

#include "platform/service/read_json.hpp"
#include "services/service_registry/access.hpp"
#include "services/service_registry/consul_routes.hpp"
#include "services/service_registry/external_service.hpp"

namespace valion::registry {
namespace {

using Answer = Result<http::Response>;

// Consul answers an empty body.
http::Response done() { return http::text_response(200, "application/json", ""); }

// The one of our processes that has this id or serves under this name.
bool is_ours(const std::vector<Instance>& instances, const std::string& service, const std::string& id) {
  return std::any_of(instances.begin(), instances.end(), [&](const Instance& instance) {
    return !instance.external && (instance.service == service || instance.id == id);
  });
}

Async<Answer> register_service(ServiceContext& context, const RegistrySettings& settings, const std::string& token,
                               http::Request& request) {
  VALION_CO_TRY(allow(request, Access::write, token, context.internal_key));
  // Consul's clients send no Content-Type.
  VALION_CO_TRY_ASSIGN(const std::string text, co_await http::read_all(*request.body, 1u << 20));
  VALION_CO_TRY_ASSIGN(const auto definition, json::decode<contracts::ServiceDefinition>(text));
  VALION_CO_TRY_ASSIGN(External external, external_of(definition, request.remote_address));
  const std::string service = external.instance.service;
  const std::string id = external.instance.id;
  if (is_ours(context.directory.all(), service, id)) {
    co_return fail(ErrorKind::conflict,
                   service + " is served by processes of this platform, which register themselves");
  }
  VALION_CO_TRY(co_await register_external(context.redis, settings, std::move(external)));
  context.log.info("a service was registered", {{"subject", id}, {"service", service}});
  co_return done();
}

Async<Answer> deregister_service(ServiceContext& context, const RegistrySettings& settings, const std::string& token,
                                 http::Request& request) {
  VALION_CO_TRY(allow(request, Access::write, token, context.internal_key));
  const std::string id = request.parameters.text("id");
  if (is_ours(context.directory.all(), "", id)) {
    co_return fail(ErrorKind::conflict, id + " is a process of this platform: it leaves when it is stopped");
  }
  VALION_CO_TRY(co_await deregister_external(context.redis, settings, id));
  context.log.info("a service was deregistered", {{"subject", id}});
  co_return done();
}

Async<Answer> report(ServiceContext& context, const RegistrySettings& settings, const std::string& token,
                     http::Request& request, Verdict verdict) {
  VALION_CO_TRY(allow(request, Access::write, token, context.internal_key));
  const std::string id = service_id_of_check(request.parameters.text("check"));
  const auto note = request.query.find("note");
  const std::string text = note == request.query.end() ? "" : note->second.substr(0, 300);
  VALION_CO_TRY(co_await report_ttl(context.redis, settings, id, verdict, text));
  co_return done();
}

}  // namespace

void add_write_routes(http::Router& router, ServiceContext& context, const RegistrySettings& settings,
                      const std::string& token) {
  http::RouteOptions open;
  open.anonymous = true;  // allow() decides
  const auto add = [&](std::string_view path, http::Handler handler) {
    router.add(http::Method::put, path, std::move(handler), open);
  };
  add("/v1/agent/service/register",
      [&](http::Request& request) { return register_service(context, settings, token, request); });
  add("/v1/agent/service/deregister/{id}",
      [&](http::Request& request) { return deregister_service(context, settings, token, request); });
  add("/v1/agent/check/pass/{check}",
      [&](http::Request& request) { return report(context, settings, token, request, Verdict::passing); });
  add("/v1/agent/check/fail/{check}",
      [&](http::Request& request) { return report(context, settings, token, request, Verdict::critical); });
}

}  // namespace valion::registry
