#include "contracts/openapi/operations.hpp"
#include "contracts/reports.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Reports";
using namespace contracts;

Operation make() {
  Operation operation{"POST",
                      "/api/v1/reports",
                      "make_report",
                      kTag,
                      {"Make a report of a valuation", "Produzir o laudo de uma avaliação"},
                      {"A job that stands on stored documents only, and prints their hashes.",
                       "Um trabalho que se apoia só em documentos guardados e imprime seus hashes."}};
  operation.permission = "reports:write";
  operation.bodies = {{"application/json", &schema_for<ReportRequest>,
                       R"({"valuation":"0000000000000000000000000000000000000000000000000000000000000000",)"
                       R"("title":"Laudo de avaliação","language":"pt-BR","formats":["pdf"]})"}};
  submits_job(operation, &schema_for<ReportRecord>);
  return operation;
}

Operation show() {
  Operation operation{"GET",
                      "/api/v1/reports/{report:hash}",
                      "show_report",
                      kTag,
                      {"Show a report's record", "Mostrar o registro de um laudo"},
                      {}};
  operation.permission = "reports:read";
  operation.answers = {{200, {"the record", "o registro"}, "application/json", &schema_for<ReportRecord>, {}}};
  return operation;
}

Operation file(std::string_view path, std::string_view id, Text summary, std::string_view media) {
  Operation operation{"GET", path, id, kTag, summary, {}};
  operation.permission = "reports:read";
  operation.answers = {{200, {"the file", "o arquivo"}, media, nullptr, {"ETag", "Content-Disposition"}}};
  return operation;
}

}  // namespace

std::vector<Operation> report_operations() {
  return {make(), show(),
          file("/api/v1/reports/{report:hash}/pdf", "download_pdf", {"Download as PDF", "Baixar em PDF"},
               "application/pdf"),
          file("/api/v1/reports/{report:hash}/xlsx", "download_xlsx", {"Download as XLSX", "Baixar em XLSX"},
               "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")};
}

}  // namespace valion::openapi
