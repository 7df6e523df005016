// Every route that a service registers is in the description, and nothing else is: each service is started and asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "contracts/openapi/document.hpp"
#include "contracts/openapi/operations.hpp"
#include "platform/service/running_service.hpp"
#include "services/api_gateway/api_gateway.hpp"
#include "services/api_gateway/identity/permissions.hpp"
#include "services/data_processing/data_processing.hpp"
#include "services/geospatial_service/geospatial_service.hpp"
#include "services/ml_service/ml_service.hpp"
#include "services/reporting_service/reporting_service.hpp"
#include "services/service_registry/service_registry.hpp"

namespace valion {
namespace {

using openapi::Operation;

const std::string kList = "routes.txt";  // below the home: `GET /health anonymous`

// A service that writes down what was registered, and otherwise is the one it holds.
template <class Service>
class Listed final : public BaseService {
 public:
  [[nodiscard]] std::string_view name() const override { return service_.name(); }
  [[nodiscard]] bool authenticates_itself() const override { return service_.authenticates_itself(); }
  std::unique_ptr<http::Frontend> make_frontend(http::ServerSettings settings, const http::Router& router,
                                                http::Around around) override {
    service_.attach(context());
    return service_.make_frontend(settings, router, std::move(around));
  }
  void routes(http::Router& router) override {
    service_.routes(router);
    std::ofstream list(context().home / kList);
    for (const http::Router::Listed& one : router.list()) {
      list << http::name_of(one.method) << " " << one.path_template << "\n";
    }
  }
  Async<Result<void>> initialize() override { return service_.initialize(); }
  Async<void> cleanup() override { return service_.cleanup(); }

 private:
  Service service_;
};

template <class Service>
std::set<std::string> registered() {
  const testing::TemporaryFolder folder;
  testing::PrivateRedis redis;
  const std::string name(Service::kName);
  testing::RunningService<Listed<Service>> running(testing::settings_for(folder.path(), redis.url(), {name}));
  EXPECT_NE(running.port(), 0) << running.said();
  std::ifstream list(folder.path() / kList);
  std::set<std::string> found;
  for (std::string line; std::getline(list, line);) found.insert(line);
  return found;
}

void add(std::set<std::string>& all, const std::vector<Operation>& operations, std::string_view outer = {},
         std::string_view inner = {}) {
  for (const Operation& one : operations) {
    std::string path(one.path);
    if (path.starts_with(outer)) path.replace(0, outer.size(), inner);
    all.insert(std::string(one.method) + " " + path);
  }
}

// What every process answers besides its own routes; the gateway's documents are only the gateway's.
std::vector<Operation> of_every_process() {
  std::vector<Operation> operations = openapi::system_operations();
  std::erase_if(operations, [](const Operation& one) {
    return one.path == "/" || one.path == "/openapi.json" || one.path == "/docs";
  });
  return operations;
}

std::set<std::string> described(const std::vector<Operation>& own, std::string_view outer, std::string_view inner) {
  std::set<std::string> all;
  add(all, own, outer, inner);
  add(all, openapi::job_operations(), "/api/v1", "");
  add(all, of_every_process());
  return all;
}

template <class Service>
void expect_described(const std::vector<Operation>& own, std::string_view outer, std::string_view inner) {
  EXPECT_EQ(registered<Service>(), described(own, outer, inner));
}

TEST(Routes, OfDataProcessingAreDescribed) {
  expect_described<DataProcessing>(openapi::data_operations(), "/api/v1/data", "/data");
}
TEST(Routes, OfTheGeospatialServiceAreDescribed) {
  expect_described<GeospatialService>(openapi::geospatial_operations(), "/api/v1/geospatial", "/geospatial");
}
TEST(Routes, OfTheMlServiceAreDescribed) { expect_described<MlService>(openapi::ml_operations(), "/api/v1/ml", "/ml"); }
TEST(Routes, OfTheReportingServiceAreDescribed) {
  expect_described<ReportingService>(openapi::report_operations(), "/api/v1/reports", "/reports");
}
TEST(Routes, OfTheRegistryAreDescribed) {
  expect_described<ServiceRegistry>(openapi::registry_operations(), "/api/v1/registry", "/v1");
}

TEST(Routes, OfTheGatewayAreDescribed) {
  std::set<std::string> expected;
  add(expected, openapi::access_operations());
  add(expected, openapi::account_operations());
  add(expected, openapi::job_operations());
  add(expected, openapi::system_operations());
  std::set<std::string> found = registered<ApiGateway>();
  std::erase_if(found, [&](const std::string& one) {  // what it passes on is the services' own
    return expected.count(one) == 0 && (one.ends_with("/{path:rest}") || found.count(one + "/{path:rest}") > 0);
  });
  EXPECT_EQ(found, expected);
}

TEST(Permissions, AreThoseThatTheGatewayAsksFor) {
  for (const Operation& one : openapi::all_operations()) {
    if (one.path == "/metrics") continue;  // served before any caller is asked for
    const std::string path = openapi::path_of(one.path);
    EXPECT_EQ(gateway::name_of(gateway::permission_for(one.method, path)), one.permission) << one.method << " " << path;
  }
}

}  // namespace
}  // namespace valion
