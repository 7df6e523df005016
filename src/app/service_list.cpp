#include "app/service_list.hpp"

#include "services/api_gateway/api_gateway.hpp"
#include "services/data_processing/data_processing.hpp"
#include "services/geospatial_service/geospatial_service.hpp"
#include "services/ml_service/ml_service.hpp"
#include "services/reporting_service/reporting_service.hpp"
#include "services/service_registry/service_registry.hpp"

namespace valion::app {
namespace {

template <class Service>
std::unique_ptr<BaseService> make_service() {
  return std::make_unique<Service>();
}

}  // namespace

const std::vector<ServiceEntry>& service_list() {
  static const std::vector<ServiceEntry> services{
      {"service_registry", 8500, {}, make_service<ServiceRegistry>},
      {"data_processing", 8001, {"service_registry"}, make_service<DataProcessing>},
      {"geospatial_service", 8003, {"service_registry"}, make_service<GeospatialService>},
      {"ml_service", 8002, {"service_registry"}, make_service<MlService>},
      {"reporting_service", 8004, {"service_registry"}, make_service<ReportingService>},
      {"api_gateway",
       8000,
       {"data_processing", "geospatial_service", "ml_service", "reporting_service"},
       make_service<ApiGateway>},
  };
  return services;
}

}  // namespace valion::app
