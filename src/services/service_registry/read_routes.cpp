#include <algorithm>
#include <chrono>

#include "platform/json/described.hpp"
#include "platform/service/version.hpp"
#include "services/service_registry/access.hpp"
#include "services/service_registry/catalogue_view.hpp"
#include "services/service_registry/consul_query.hpp"
#include "services/service_registry/consul_routes.hpp"

namespace valion::registry {
namespace {

using Answer = Result<http::Response>;

// Blocks as Consul's reads do. `service` empty: any change counts.
Async<std::uint64_t> wait_for(Directory& directory, std::string service, ConsulQuery query) {
  const auto index = [&] { return service.empty() ? directory.index() : directory.index_of(service); };
  const auto until = std::chrono::steady_clock::now() + query.wait;
  while (query.index > 0 && index() <= query.index) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const std::uint64_t before = directory.index();
    if (left.count() <= 0 || directory.released()) break;
    co_await directory.wait_for_change(before, left);
  }
  co_return index();
}

http::Response answer_with(const Directory& directory, std::uint64_t index, std::string json) {
  http::Response response = http::json_response(200, std::move(json));
  response.headers.set("X-Consul-Index", std::to_string(std::max<std::uint64_t>(index, 1)));
  response.headers.set("X-Consul-KnownLeader", directory.leader().empty() ? "false" : "true");
  response.headers.set("X-Consul-LastContact", std::to_string(directory.since_contact().count()));
  return response;
}

std::vector<Instance> tagged(std::vector<Instance> instances, const std::optional<std::string>& tag) {
  if (!tag) return instances;
  std::erase_if(instances, [&](const Instance& instance) {
    const std::vector<std::string> tags = tags_of(instance);
    return std::find(tags.begin(), tags.end(), *tag) == tags.end();
  });
  return instances;
}

contracts::AgentSelf self_view(const ServiceContext& context) {
  contracts::AgentSelf view;
  view.Config.Datacenter = std::string(kDatacenter);
  view.Config.NodeName = view.Config.NodeID = context.self.id;
  view.Config.Version = std::string(version());
  view.Member.Name = context.self.id;
  view.Member.Addr = context.self.host;
  view.Member.Port = context.self.port;
  view.Meta["leader"] = context.directory.leader();
  return view;
}

// What each read does: may the caller, what does he ask, wait, look.
template <class Look>
Async<Answer> read(ServiceContext& context, const std::string& token, http::Request& request, std::string service,
                   Look look) {
  VALION_CO_TRY(allow(request, Access::read, token, context.internal_key));
  VALION_CO_TRY_ASSIGN(const ConsulQuery query, parse_query(request.query));
  const std::uint64_t index = co_await wait_for(context.directory, service, query);
  co_return answer_with(context.directory, index, look(query));
}

}  // namespace

void add_read_routes(http::Router& router, ServiceContext& context, const std::string& token) {
  http::RouteOptions open;
  open.anonymous = true;  // allow() decides
  const auto add = [&](std::string_view path, http::Handler handler) {
    router.add(http::Method::get, path, std::move(handler), open);
  };
  add("/v1/catalog/services", [&](http::Request& request) {
    return read(context, token, request, "",
                [&](const ConsulQuery&) { return json::encode(services_view(context.directory.all())); });
  });
  add("/v1/catalog/service/{name}", [&](http::Request& request) {
    const std::string name = request.parameters.text("name");
    return read(context, token, request, name, [&context, name](const ConsulQuery& query) {
      return json::encode(catalog_view(tagged(context.directory.instances(name), query.tag)));
    });
  });
  add("/v1/health/service/{name}", [&](http::Request& request) {
    const std::string name = request.parameters.text("name");
    return read(context, token, request, name, [&context, name](const ConsulQuery& query) {
      return json::encode(health_view(tagged(context.directory.instances(name), query.tag), query.passing));
    });
  });
  add("/v1/agent/self", [&](http::Request& request) {
    return read(context, token, request, "", [&](const ConsulQuery&) { return json::encode(self_view(context)); });
  });
}

}  // namespace valion::registry
