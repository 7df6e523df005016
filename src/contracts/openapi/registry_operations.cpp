#include "contracts/openapi/operations.hpp"
#include "contracts/registry.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Registry";
using namespace contracts;
using Names = std::map<std::string, std::vector<std::string>>;

Operation read(std::string_view path, std::string_view id, Text summary, Text says, SchemaOf schema,
               bool passing = false) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.permission = "registry:read";
  operation.parameters = {
      {Place::query, ValueType::text,
       json::member("index").says("answers when X-Consul-Index is above it",
                                  "responde quando X-Consul-Index o ultrapassa")},
      {Place::query, ValueType::text,
       json::member("wait").says("at most so long, `30s`", "no máximo tanto tempo, `30s`")},
      {Place::query, ValueType::text, json::member("tag").says("only those with it", "só os que a têm")},
      {Place::query, ValueType::text, json::member("dc")},
      {Place::query, ValueType::text, json::member("stale")},
      {Place::query, ValueType::text, json::member("consistent")}};
  if (passing) {
    operation.parameters.push_back({Place::query, ValueType::text,
                                    json::member("passing").says("only those that are well", "só os que estão bem")});
  }
  operation.answers = {
      {200, says, "application/json", schema, {"X-Consul-Index", "X-Consul-KnownLeader", "X-Consul-LastContact"}}};
  return operation;
}

Operation write(std::string_view path, std::string_view id, Text summary) {
  Operation operation{"PUT", path, id, kTag, summary, {}};
  operation.access = Access::admin;
  operation.permission = "administer";
  operation.answers = {{200, {"done", "feito"}, "", nullptr, {}}};
  return operation;
}

}  // namespace

std::vector<Operation> registry_operations() {
  Operation add =
      write("/api/v1/registry/agent/service/register", "register_service",
            {"Register a service that is not one of the platform's", "Registrar um serviço que não é da plataforma"});
  add.bodies = {
      {"application/json", &schema_for<ServiceDefinition>,
       R"({"Name":"pricing","Address":"10.0.0.7","Port":9000,"Check":{"HTTP":"http://10.0.0.7:9000/health","Interval":"10s"}})"}};
  add.failures = {409};
  Operation remove = write("/api/v1/registry/agent/service/deregister/{id}", "deregister_service",
                           {"Deregister such a service", "Cancelar o registro de tal serviço"});
  remove.failures = {409};
  const json::Member note = json::member("note").says("kept with the check", "guardada com a verificação");
  Operation pass = write("/api/v1/registry/agent/check/pass/{check}", "pass_check",
                         {"Say that a TTL check passes", "Dizer que uma verificação TTL passa"});
  Operation fails = write("/api/v1/registry/agent/check/fail/{check}", "fail_check",
                          {"Say that a TTL check fails", "Dizer que uma verificação TTL falha"});
  for (Operation* check : {&pass, &fails}) check->parameters = {{Place::query, ValueType::text, note}};
  return {
      read("/api/v1/registry/catalog/services", "list_services",
           {"List services and their tags", "Listar serviços e suas etiquetas"}, {"tags by name", "etiquetas por nome"},
           &schema_for<Names>),
      read("/api/v1/registry/catalog/service/{name}", "list_instances",
           {"List a service's instances", "Listar as instâncias de um serviço"},
           {"in Consul's shape", "na forma do Consul"}, &schema_for<std::vector<CatalogEntry>>),
      read("/api/v1/registry/health/service/{name}", "list_health",
           {"List instances with their checks", "Listar instâncias com suas verificações"},
           {"in Consul's shape", "na forma do Consul"}, &schema_for<std::vector<HealthEntry>>, true),
      read("/api/v1/registry/agent/self", "show_registry", {"Show the registry itself", "Mostrar o próprio registro"},
           {"who leads", "quem lidera"}, &schema_for<AgentSelf>),
      add,
      remove,
      pass,
      fails};
}

}  // namespace valion::openapi
