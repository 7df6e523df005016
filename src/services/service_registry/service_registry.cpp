#include "services/service_registry/service_registry.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <set>

#include "platform/json/described.hpp"
#include "platform/registry/record.hpp"
#include "platform/registry/scripts.hpp"
#include "services/service_registry/catalogue_view.hpp"

namespace valion {
namespace {

constexpr std::chrono::milliseconds kProbeTimeout{1'000};

http::ClientRequest probe_of(const registry::Instance& instance) {
  http::ClientRequest request;
  request.host = instance.host;
  request.port = instance.port;
  request.target = "/health/ready";
  request.timeout = kProbeTimeout;
  return request;
}

}  // namespace

// Owned by the probing coroutines as well, so that one which outlives the service finds its histories still there.
struct ServiceRegistry::State {
  registry::RegistrySettings settings;
  registry::Histories histories;
  std::set<std::string> being_probed;  // ids
  std::uint64_t term = 0;
  bool stopping = false;
};

namespace {

using registry::Histories;
using registry::Instance;

void tell_change(ServiceContext& context, const std::string& id, const registry::ProbeHistory& history) {
  context.log.info(
      "an instance changed its state",
      {{"subject", id}, {"passing", history.verdict == registry::Verdict::passing}, {"why", history.output}});
}

// One instance, one question, one verdict.
template <class State>
Async<void> probe(ServiceContext& context, std::shared_ptr<State> state, Instance instance) {
  http::ClientRequest request = probe_of(instance);
  const auto answer = co_await http::fetch(context.http, std::move(request));
  state->being_probed.erase(instance.id);
  if (state->stopping) co_return;
  registry::ProbeHistory& history = state->histories[instance.id];
  const registry::Verdict before = history.verdict;
  history = answer ? registry::after_success(history) : registry::after_failure(history, answer.error().message);
  const registry::Verdict verdict = history.verdict;
  if (verdict != before) tell_change(context, instance.id, history);
  if (verdict == registry::Verdict::unknown) co_return;
  std::vector<registry::VerdictOn> verdicts;
  verdicts.push_back({registry::member_of(instance), verdict, history.output});
  const auto published =
      co_await registry::publish_verdicts(context.redis, state->settings, context.self.id, state->term, verdicts);
  static_cast<void>(published);  // with Redis away the next probe says it again
}

void forget_absent(Histories& histories, const std::vector<Instance>& present) {
  std::erase_if(histories, [&](const auto& entry) {
    return std::none_of(present.begin(), present.end(), [&](const Instance& one) { return one.id == entry.first; });
  });
}

// All at once: one that hangs must not let the verdicts on the others lapse.
template <class State>
Async<void> keep_probing(ServiceContext& context, std::shared_ptr<State> state) {
  while (!state->stopping) {
    const auto leadership = co_await registry::lead(context.redis, state->settings, context.self.id);
    state->term = leadership ? leadership->term : 0;
    if (state->stopping) break;
    const std::vector<Instance> instances = context.directory.all();
    forget_absent(state->histories, instances);
    for (const Instance& instance : instances) {
      if (!state->being_probed.insert(instance.id).second) continue;
      asio::co_spawn(context.executor, probe(context, state, instance), asio::detached);
    }
    co_await sleep_for(state->settings.heartbeat);
  }
}

}  // namespace

ServiceRegistry::ServiceRegistry() : state_(std::make_shared<State>()) {}
ServiceRegistry::~ServiceRegistry() = default;

void ServiceRegistry::routes(http::Router& router) {
  router.add(http::Method::get, "/v1/catalog/services", [this](http::Request&) -> Async<Result<http::Response>> {
    co_return http::json_response(200, json::encode(registry::services_view(context().directory.all())));
  });
  router.add(http::Method::get, "/v1/catalog/service/{name}",
             [this](http::Request& request) -> Async<Result<http::Response>> {
               const auto instances = context().directory.instances(request.parameters.text("name"));
               co_return http::json_response(200, json::encode(registry::catalog_view(instances)));
             });
  router.add(http::Method::get, "/v1/health/service/{name}",
             [this](http::Request& request) -> Async<Result<http::Response>> {
               const auto instances = context().directory.instances(request.parameters.text("name"));
               const bool passing_only = request.query.contains("passing");
               co_return http::json_response(
                   200, json::encode(registry::health_view(instances, state_->histories, passing_only)));
             });
}

Async<Result<void>> ServiceRegistry::initialize() {
  state_->settings.heartbeat = context().settings.heartbeat;
  asio::co_spawn(context().executor, keep_probing(context(), state_), asio::detached);
  co_return Result<void>{};
}

Async<void> ServiceRegistry::cleanup() {
  state_->stopping = true;
  co_return;
}

Async<ServiceHealth> ServiceRegistry::health_check() {
  ServiceHealth health;
  health.metrics["instances_probed"] = static_cast<double>(state_->histories.size());
  co_return health;
}

}  // namespace valion
