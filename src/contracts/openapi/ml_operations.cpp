#include "contracts/ml.hpp"
#include "contracts/openapi/operations.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Models";
using namespace contracts;

Operation train() {
  Operation operation{
      "POST",
      "/api/v1/ml/models",
      "train_model",
      kTag,
      {"Train models and keep the best", "Treinar modelos e guardar o melhor"},
      {"A job. What is learnt from other rows is learnt inside each fold; the test period is untrimmed.",
       "Um trabalho. O que se aprende de outras linhas é aprendido dentro de cada partição; o período de teste "
       "não é cortado."}};
  operation.permission = "ml:train";
  operation.bodies = {
      {"application/json", &schema_for<TrainingRequest>,
       R"({"name":"Houses","version":"0000000000000000000000000000000000000000000000000000000000000000","target":"price",)"
       R"("currency":"BRL","area_unit":"m2","features":[{"column":"area","transform":"log"},{"column":"rooms"}],)"
       R"("split":{"date":"sold","calibration_from":"2021-01-01","train_to":"2022-12-31","test_from":"2023-01-01"}})"}};
  submits_job(operation, &schema_for<ModelRecord>);
  operation.failures.push_back(404);
  return operation;
}

Operation read(std::string_view path, std::string_view id, Text summary, Text says, SchemaOf schema) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.permission = "ml:read";
  operation.answers = {{200, says, "application/json", schema, {}}};
  return operation;
}

Operation value() {
  Operation operation{"POST",
                      "/api/v1/ml/models/{model:hash}/valuations",
                      "value_property",
                      kTag,
                      {"Value a property", "Avaliar um imóvel"},
                      {"The value, its intervals, the additive explanation and comparables; kept under its hash.",
                       "O valor, seus intervalos, a explicação aditiva e os comparáveis; guardados sob seu hash."}};
  operation.permission = "ml:predict";
  operation.bodies = {{"application/json", &schema_for<ValuationRequest>,
                       R"({"label":"Rua das Flores, 12","date":"2024-06-30","subject":{"area":120,"rooms":3}})"}};
  operation.answers = {
      {201, {"the valuation", "a avaliação"}, "application/json", &schema_for<Valuation>, {"Location"}}};
  return operation;
}

}  // namespace

std::vector<Operation> ml_operations() {
  return {
      train(),
      read("/api/v1/ml/models", "list_models", {"List models, newest first", "Listar modelos, os mais novos primeiro"},
           {"at most a thousand", "no máximo mil"}, &schema_for<ModelList>),
      read("/api/v1/ml/models/{model:hash}", "show_model", {"Show a model", "Mostrar um modelo"},
           {"the record: candidates, test, importance", "o registro: candidatos, teste, importância"},
           &schema_for<ModelRecord>),
      read("/api/v1/ml/models/{model:hash}/evaluation", "show_evaluation",
           {"Show the test period row by row", "Mostrar o período de teste linha a linha"},
           {"column by column", "coluna por coluna"}, &schema_for<EvaluationRows>),
      value(),
      read("/api/v1/ml/valuations/{valuation:hash}", "show_valuation", {"Show a valuation", "Mostrar uma avaliação"},
           {"the valuation", "a avaliação"}, &schema_for<Valuation>)};
}

}  // namespace valion::openapi
