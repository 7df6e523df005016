#include "app/service_list.hpp"

namespace valion::app {

const std::vector<ServiceEntry>& service_list() {
  static const std::vector<ServiceEntry> services{
      {"service_registry", 8500, {}},
      {"data_processing", 8001, {"service_registry"}},
      {"geospatial_service", 8003, {"service_registry"}},
      {"ml_service", 8002, {"service_registry"}},
      {"reporting_service", 8004, {"service_registry"}},
      {"api_gateway", 8000, {"data_processing", "geospatial_service", "ml_service", "reporting_service"}},
  };
  return services;
}

}  // namespace valion::app
