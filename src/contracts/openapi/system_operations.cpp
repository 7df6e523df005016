#include "contracts/openapi/operations.hpp"
#include "contracts/platform.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "System";
using namespace contracts;

Operation open(std::string_view path, std::string_view id, Text summary, Answer answer) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.access = Access::anonymous;
  operation.permission = "anonymous";
  operation.relayed = false;
  operation.answers = {std::move(answer)};
  return operation;
}

// With an internal token of a peer or an admin; a client's token is none.
std::vector<Operation> log_level() {
  Operation show =
      open("/internal/log-level", "show_log_level", {"Show how much is logged", "Mostrar quanto se registra"},
           {200, {"the level", "o nível"}, "application/json", &schema_for<LevelView>, {}});
  Operation change = show;
  change.method = "PUT";
  change.id = "set_log_level";
  change.summary = {"Change how much is logged, at once", "Mudar quanto se registra, de imediato"};
  change.bodies = {{"application/json", &schema_for<LevelView>, R"({"level":"debug"})"}};
  for (Operation* one : {&show, &change}) {
    one->access = Access::service;
    one->permission = "administer";
  }
  return {show, change};
}

}  // namespace

std::vector<Operation> system_operations() {
  const auto in_either_language = [](Operation operation) {
    operation.parameters = {
        {Place::query, ValueType::text,
         json::member("language")
             .says("en or pt-BR, instead of Accept-Language", "en ou pt-BR, em vez de Accept-Language")}};
    return operation;
  };
  Operation health =
      open("/health", "show_health", {"Show the gateway's health", "Mostrar a saúde do gateway"},
           {200, {"up or degraded", "no ar ou degradado"}, "application/json", &schema_for<HealthView>, {}});
  health.answers.push_back({503, {"down", "fora do ar"}, "application/json", &schema_for<HealthView>, {}});
  Operation live = open("/health/live", "is_live", {"Is the process alive?", "O processo está vivo?"},
                        {200, {"it is", "está"}, "application/json", &schema_for<ProbeView>, {}});
  Operation ready = open("/health/ready", "is_ready", {"Does it want requests?", "Quer pedidos?"},
                         {200, {"it does", "quer"}, "application/json", &schema_for<ProbeView>, {}});
  ready.answers.push_back(
      {503, {"not now, and why", "agora não, e por quê"}, "application/json", &schema_for<ProbeView>, {}});
  std::vector<Operation> all{
      open("/", "show_index", {"Say what is here", "Dizer o que há aqui"},
           {200,
            {"the beginnings of all paths", "os começos de todos os caminhos"},
            "application/json",
            &schema_for<Index>,
            {}}),
      health,
      live,
      ready,
      open("/metrics", "show_metrics", {"Show metrics for Prometheus", "Mostrar métricas para o Prometheus"},
           {200, {"its text format", "em seu formato de texto"}, "text/plain", nullptr, {}}),
      in_either_language(open(
          "/openapi.json", "show_description", {"Describe the API: this document", "Descrever a API: este documento"},
          {200,
           {"OpenAPI 3.1, in the language of Accept-Language", "OpenAPI 3.1, na língua de Accept-Language"},
           "application/json",
           nullptr,
           {"ETag", "Cache-Control", "Content-Language"}})),
      in_either_language(open("/docs", "read_description",
                              {"Read about the API: this page", "Ler sobre a API: esta página"},
                              {200,
                               {"a page that needs nothing else", "uma página que não precisa de mais nada"},
                               "text/html",
                               nullptr,
                               {"ETag", "Cache-Control", "Content-Language"}}))};
  for (Operation& one : log_level()) all.push_back(std::move(one));
  return all;
}

}  // namespace valion::openapi
