#include "contracts/openapi/operations.hpp"
#include "contracts/platform.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Jobs";
using namespace contracts;

Operation list(std::string_view path, std::string_view id, Text summary, Access access) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.access = access;
  operation.permission = access == Access::admin ? "administer" : "jobs:read";
  operation.relayed = false;
  operation.parameters = {
      {Place::query, ValueType::integer, json::member("limit").range(1, 200).says("of one page", "de uma página")},
      {Place::query, ValueType::text,
       json::member("after").says("`next` of the page before, as in the `Link` field",
                                  "`next` da página anterior, como no campo `Link`")},
      {Place::query, ValueType::text,
       json::member("state").one_of("queued running succeeded failed cancelled expired")},
      {Place::query, ValueType::text, json::member("kind").says("e.g. ml.training", "p. ex. ml.training")}};
  operation.answers = {{200,
                        {"a page, newest first", "uma página, os mais novos primeiro"},
                        "application/json",
                        &schema_for<JobList>,
                        {"Link", "Cache-Control"}}};
  return operation;
}

Operation one(std::string_view method, std::string_view path, std::string_view id, Text summary, int status,
              Text says) {
  Operation operation{method, path, id, kTag, summary, {}};
  operation.relayed = false;
  operation.permission = method == "GET" ? "jobs:read" : "jobs:write";
  operation.answers = {{status, says, "application/json", &schema_for<JobView>, {"Cache-Control"}}};
  return operation;
}

Operation watch() {
  Operation operation{
      "GET",
      "/api/v1/jobs/{id}/events",
      "watch_job",
      kTag,
      {"Watch a job", "Acompanhar um trabalho"},
      {"Server-sent events: `progress` for every change, `end` for the last; each carries the whole job.",
       "Eventos enviados pelo servidor: `progress` a cada mudança, `end` por último; cada um traz o trabalho "
       "inteiro."}};
  operation.permission = "jobs:read";
  operation.relayed = false;
  operation.parameters = {
      {Place::header, ValueType::text,
       json::member("Last-Event-ID").says("the last event that was seen", "o último evento visto")}};
  operation.answers = {
      {200, {"until the job has ended", "até o trabalho terminar"}, "text/event-stream", nullptr, {"Cache-Control"}}};
  return operation;
}

}  // namespace

std::vector<Operation> job_operations() {
  Operation replay =
      one("POST", "/api/v1/jobs/{id}/replay", "replay_job",
          {"Run a dead job again", "Executar de novo um trabalho morto"}, 202, {"queued again", "de volta à fila"});
  replay.access = Access::admin;
  replay.permission = "administer";
  replay.failures = {409};
  Operation cancel = one("POST", "/api/v1/jobs/{id}/cancel", "cancel_job", {"Cancel a job", "Cancelar um trabalho"},
                         202, {"it will end soon", "terminará logo"});
  cancel.failures = {409};
  return {list("/api/v1/jobs", "list_jobs", {"List the tenant's jobs", "Listar os trabalhos da organização"},
               Access::caller),
          list("/api/v1/jobs/dead", "list_dead_jobs",
               {"List jobs that failed for good", "Listar trabalhos que falharam de vez"}, Access::admin),
          one("GET", "/api/v1/jobs/{id}", "show_job", {"Show a job", "Mostrar um trabalho"}, 200,
              {"as it is now", "como está agora"}),
          watch(),
          cancel,
          replay};
}

}  // namespace valion::openapi
