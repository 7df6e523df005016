#include "contracts/data.hpp"
#include "contracts/openapi/operations.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Data";
constexpr std::string_view kArrow = "application/vnd.apache.arrow.file";
using namespace contracts;

// The parts of the upload form.
JsonObject import_form(SchemaBook& book, Direction direction) {
  JsonObject file, parts;
  file.set_text("type", "string").set_text("contentMediaType", "text/csv");
  parts.set("options", book.schema<ImportOptions>(direction).text()).set("file", file.text());
  return JsonObject()
      .set_text("type", "object")
      .set("properties", parts.text())
      .set("required", R"(["options","file"])");
}

Operation import_file() {
  Operation operation{
      "POST",
      "/api/v1/data/datasets",
      "import_dataset",
      kTag,
      {"Import a file as a data set", "Importar um arquivo como conjunto de dados"},
      {"A CSV of any delimiter, in UTF-8 or Windows-1252, up to the upload limit. What is wrong in it is named "
       "by row and column.",
       "Um CSV com qualquer delimitador, em UTF-8 ou Windows-1252, até o limite de envio. O que está errado "
       "nele é apontado por linha e coluna."}};
  operation.permission = "data:write";
  operation.bodies = {{"multipart/form-data", &import_form, {}}};
  operation.answers = {
      {201, {"the first version", "a primeira versão"}, "application/json", &schema_for<DatasetVersion>, {"Location"}}};
  return operation;
}

Operation add_version() {
  Operation operation{
      "POST",
      "/api/v1/data/versions",
      "add_version",
      kTag,
      {"Add a version with more columns", "Acrescentar uma versão com mais colunas"},
      {"What other services do in a user's name: the rows and columns of the parent must be kept.",
       "O que outros serviços fazem em nome de um usuário: linhas e colunas da origem devem ser mantidas."}};
  operation.parameters = {{Place::query, ValueType::hash,
                           json::member("parent").says("the version it was made from", "a versão de origem"), true},
                          {Place::query, ValueType::text,
                           json::member("note").characters(1, 500).says("what made it", "o que a produziu"), true}};
  operation.permission = "data:write";
  operation.bodies = {{kArrow, nullptr, {}}};
  operation.answers = {
      {201, {"the new version", "a nova versão"}, "application/json", &schema_for<DatasetVersion>, {"Location"}}};
  operation.failures = {404};
  return operation;
}

Operation read(std::string_view path, std::string_view id, Text summary, Text says, SchemaOf schema) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.permission = "data:read";
  operation.answers = {{200, says, "application/json", schema, {}}};
  return operation;
}

Operation clean() {
  Operation operation{"POST",
                      "/api/v1/data/versions/{version:hash}/clean",
                      "clean_version",
                      kTag,
                      {"Clean a version by rules", "Limpar uma versão por regras"},
                      {"Makes a new version and a log: every rule, the rows it touched, values before and after.",
                       "Produz uma nova versão e um registro: cada regra, as linhas tocadas, valores antes e depois."}};
  operation.permission = "data:write";
  operation.bodies = {
      {"application/json", &schema_for<CleaningRequest>,
       R"({"rules":[{"rule":"unknown_if","column":"depth","values":[0],"reason":"zero means not known"}]})"}};
  operation.answers = {{201,
                        {"the new version and the whole log", "a nova versão e todo o registro"},
                        "application/json",
                        &schema_for<CleaningReport>,
                        {"Location"}}};
  return operation;
}

Operation arrow() {
  Operation operation{"GET",
                      "/api/v1/data/versions/{version:hash}/arrow",
                      "download_version",
                      kTag,
                      {"Download a version as an Arrow IPC file", "Baixar uma versão como arquivo Arrow IPC"},
                      {"Opens in pandas, polars, DuckDB.", "Abre no pandas, polars, DuckDB."}};
  operation.permission = "data:read";
  operation.answers = {{200, {"the file", "o arquivo"}, kArrow, nullptr, {"ETag", "Content-Disposition"}}};
  return operation;
}

}  // namespace

std::vector<Operation> data_operations() {
  return {import_file(),
          add_version(),
          read("/api/v1/data/versions/{version:hash}", "show_version", {"Show a version", "Mostrar uma versão"},
               {"the version", "a versão"}, &schema_for<DatasetVersion>),
          read("/api/v1/data/versions/{version:hash}/profile", "profile_version",
               {"Profile a version's columns", "Perfil das colunas de uma versão"}, {"the profile", "o perfil"},
               &schema_for<Profile>),
          read("/api/v1/data/versions/{version:hash}/cleaning", "show_cleaning",
               {"Show what was cleaned", "Mostrar o que foi limpo"}, {"the whole log", "todo o registro"},
               &schema_for<CleaningReport>),
          clean(),
          arrow()};
}

}  // namespace valion::openapi
