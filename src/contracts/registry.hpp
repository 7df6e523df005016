// service_registry: who serves what, where, and who is well. The answers have the shape of Consul's read API, so that tools
// that discover services there (Prometheus among them) find ours.
//
//   GET /v1/catalog/services                  > {"ml_service": ["0.1.0"], …}     name > tags (versions)
//   GET /v1/catalog/service/{name}            > [CatalogEntry]
//   GET /v1/health/service/{name}?passing     > [HealthEntry]                    ?passing: only those that are well
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace valion::contracts {

struct CatalogEntry {
  std::string Node, Address;
  std::string ServiceID, ServiceName, ServiceAddress;
  std::int64_t ServicePort = 0;
  std::vector<std::string> ServiceTags;
  std::map<std::string, std::string> ServiceMeta;
};
BOOST_DESCRIBE_STRUCT(CatalogEntry, (),
                      (Node, Address, ServiceID, ServiceName, ServiceAddress, ServicePort, ServiceTags, ServiceMeta))

struct HealthNode {
  std::string Node, Address;
};
BOOST_DESCRIBE_STRUCT(HealthNode, (), (Node, Address))

struct HealthService {
  std::string ID, Service, Address;
  std::int64_t Port = 0;
  std::vector<std::string> Tags;
  std::map<std::string, std::string> Meta;
};
BOOST_DESCRIBE_STRUCT(HealthService, (), (ID, Service, Address, Port, Tags, Meta))

struct HealthCheck {
  std::string CheckID, Name;
  std::string Status;  // passing, warning (not probed yet), critical
  std::string Output;
};
BOOST_DESCRIBE_STRUCT(HealthCheck, (), (CheckID, Name, Status, Output))

struct HealthEntry {
  HealthNode Node;
  HealthService Service;
  std::vector<HealthCheck> Checks;
};
BOOST_DESCRIBE_STRUCT(HealthEntry, (), (Node, Service, Checks))

}  // namespace valion::contracts
