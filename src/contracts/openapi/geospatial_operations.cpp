#include "contracts/geospatial.hpp"
#include "contracts/openapi/operations.hpp"

namespace valion::openapi {
namespace {

constexpr std::string_view kTag = "Geospatial";
using namespace contracts;

Operation enrich() {
  Operation operation{
      "POST",
      "/api/v1/geospatial/enrichments",
      "enrich_version",
      kTag,
      {"Add location measures to a version", "Acrescentar medidas de localização a uma versão"},
      {"A job that makes a new version with the columns longitude, latitude and distance_to_centre.",
       "Um trabalho que produz uma nova versão com as colunas longitude, latitude e distance_to_centre."}};
  operation.permission = "geospatial:write";
  operation.bodies = {
      {"application/json", &schema_for<EnrichmentRequest>,
       R"({"version":"0000000000000000000000000000000000000000000000000000000000000000","crs":"EPSG:31982",)"
       R"("x":"east","y":"north","centre":{"name":"Praça da Sé","longitude":-46.6339,"latitude":-23.5503}})"}};
  submits_job(operation, &schema_for<EnrichmentResult>);
  return operation;
}

Operation locate() {
  Operation operation{
      "POST",
      "/api/v1/geospatial/locate",
      "locate_property",
      kTag,
      {"Locate one property", "Localizar um imóvel"},
      {"The same measures as of a version, for one place.", "As mesmas medidas de uma versão, para um lugar."}};
  operation.permission = "geospatial:read";
  operation.bodies = {{"application/json", &schema_for<LocateRequest>,
                       R"({"crs":"EPSG:4326","x":-46.64,"y":-23.55,)"
                       R"("centre":{"name":"Praça da Sé","longitude":-46.6339,"latitude":-23.5503}})"}};
  operation.answers = {{200, {"where it is", "onde fica"}, "application/json", &schema_for<Location>, {}}};
  return operation;
}

Operation preview() {
  Operation operation{
      "POST",
      "/api/v1/geospatial/neighbour-levels",
      "preview_neighbour_levels",
      kTag,
      {"Preview neighbours' price levels", "Prever níveis de preço da vizinhança"},
      {"How well the mean price of the nearest sales tells the price, for several numbers of neighbours.",
       "Quanto o preço médio das vendas mais próximas explica o preço, para vários números de vizinhos."}};
  operation.permission = "geospatial:read";
  operation.bodies = {
      {"application/json", &schema_for<NeighbourLevelRequest>,
       R"({"version":"0000000000000000000000000000000000000000000000000000000000000000","target":"price",)"
       R"("date":"sold","train_to":"2023-12-31","neighbours":[5,15,50]})"}};
  operation.answers = {{200, {"the levels", "os níveis"}, "application/json", &schema_for<NeighbourLevelPreview>, {}}};
  operation.failures = {404};
  return operation;
}

}  // namespace

std::vector<Operation> geospatial_operations() { return {enrich(), locate(), preview()}; }

}  // namespace valion::openapi
