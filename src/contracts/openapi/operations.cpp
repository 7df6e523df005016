#include "contracts/openapi/operations.hpp"

#include <utility>

#include "contracts/platform.hpp"

namespace valion::openapi {

std::vector<Operation> all_operations() {
  std::vector<Operation> all;
  for (auto&& some :
       {access_operations(), account_operations(), data_operations(), geospatial_operations(), ml_operations(),
        report_operations(), job_operations(), registry_operations(), system_operations()}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

void submits_job(Operation& operation, SchemaOf result) {
  operation.job_result = result;
  operation.parameters.push_back(
      {Place::query, ValueType::text,
       json::member("priority")
           .one_of("high normal low")
           .says("who goes first; normal when absent", "quem vai primeiro; normal se ausente")});
  operation.parameters.push_back(
      {Place::header, ValueType::text,
       json::member("Prefer").says(
           "`wait=N` waits up to N seconds (at most 60) for the end of the job, and then answers 200",
           "`wait=N` espera até N segundos (no máximo 60) pelo fim do trabalho e então responde 200")});
  operation.parameters.push_back({Place::header, ValueType::text,
                                  json::member("Idempotency-Key")
                                      .characters(1, 255)
                                      .says("the same request sent again with it gets the same answer, for 24 hours",
                                            "o mesmo pedido reenviado com ela recebe a mesma resposta, por 24 horas")});
  operation.answers = {{202,
                        {"accepted: follow `Location`, or its events", "aceito: acompanhe `Location`, ou seus eventos"},
                        "application/json",
                        &schema_for<contracts::JobView>,
                        {"Location", "Preference-Applied", "Idempotent-Replayed"}},
                       {200,
                        {"the job ended while it was waited for", "o trabalho terminou durante a espera"},
                        "application/json",
                        &schema_for<contracts::JobView>,
                        {"Location", "Preference-Applied", "Idempotent-Replayed"}}};
  operation.failures.push_back(409);
}

}  // namespace valion::openapi
