// service_registry: who serves what, where, and who is well. Routes, parameters, headers and field names are Consul's (HTTP
// API v1), so that tools that discover services there (Prometheus' consul_sd_configs among them) find ours.
//
//   GET /v1/catalog/services                      > {"ml_service": ["0.1.0"], …}     name > tags (versions)
//   GET /v1/catalog/service/{name}                > [CatalogEntry]
//   GET /v1/health/service/{name}?passing         > [HealthEntry]                    ?passing: only those that are well
//   GET /v1/agent/self                            > AgentSelf
//   PUT /v1/agent/service/register                ServiceDefinition > 200            a service that is not one of our processes
//   PUT /v1/agent/service/deregister/{id}         > 200
//   PUT /v1/agent/check/pass/{check}?note         > 200                              of a TTL check; likewise /fail
//
// All three reads take `tag`, `dc`, `stale`, `consistent`, and block with `index` and `wait` (`30s`, `5m`; default 5 minutes, at
// most 10): they answer when X-Consul-Index is above `index`, or after `wait`. Answers carry X-Consul-Index, X-Consul-KnownLeader
// and X-Consul-LastContact (milliseconds since Redis last answered: while it is away the last known instances are shown).
//
// Who may call. Reading: anybody on this machine (loopback), which tells no more than each service's open /health and /metrics do;
// others with a token. Writing: a token always. A token is the content of VALION_HOME/secrets/registry.token (made at the first
// start, 0600), as `Authorization: Bearer …` or X-Consul-Token, both of which Prometheus can send; or the platform's internal
// token, whose principal must be an admin of the tenant `default` in order to write (so `/api/v1/registry/…` on the gateway
// works for its users).
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace valion::contracts {

struct ServiceWeights {
  std::int64_t Passing = 1;
  std::int64_t Warning = 1;
  static constexpr std::array kDefaulted{"Passing", "Warning"};
};
BOOST_DESCRIBE_STRUCT(ServiceWeights, (), (Passing, Warning))

struct CatalogEntry {
  std::string ID, Node, Address, Datacenter;
  std::map<std::string, std::string> TaggedAddresses, NodeMeta;
  std::string ServiceID, ServiceName, ServiceAddress;
  std::int64_t ServicePort = 0;
  std::vector<std::string> ServiceTags;
  std::map<std::string, std::string> ServiceMeta;
  contracts::ServiceWeights ServiceWeights;
  bool ServiceEnableTagOverride = false;
  std::int64_t CreateIndex = 0, ModifyIndex = 0;
};
BOOST_DESCRIBE_STRUCT(CatalogEntry, (),
                      (ID, Node, Address, Datacenter, TaggedAddresses, NodeMeta, ServiceID, ServiceName, ServiceAddress,
                       ServicePort, ServiceTags, ServiceMeta, ServiceWeights, ServiceEnableTagOverride, CreateIndex,
                       ModifyIndex))

struct HealthNode {
  std::string ID, Node, Address, Datacenter;
  std::map<std::string, std::string> TaggedAddresses, Meta;
  std::int64_t CreateIndex = 0, ModifyIndex = 0;
};
BOOST_DESCRIBE_STRUCT(HealthNode, (), (ID, Node, Address, Datacenter, TaggedAddresses, Meta, CreateIndex, ModifyIndex))

struct HealthService {
  std::string ID, Service, Address;
  std::int64_t Port = 0;
  std::vector<std::string> Tags;
  std::map<std::string, std::string> Meta;
  contracts::ServiceWeights Weights;
  bool EnableTagOverride = false;
  std::int64_t CreateIndex = 0, ModifyIndex = 0;
};
BOOST_DESCRIBE_STRUCT(HealthService, (),
                      (ID, Service, Address, Port, Tags, Meta, Weights, EnableTagOverride, CreateIndex, ModifyIndex))

struct HealthCheck {
  std::string Node, CheckID, Name;
  std::string Status;  // passing, warning (not probed yet), critical
  std::string Notes, Output;
  std::string ServiceID, ServiceName;
  std::vector<std::string> ServiceTags;
  std::string Type;  // http, tcp, ttl
  std::int64_t CreateIndex = 0, ModifyIndex = 0;
};
BOOST_DESCRIBE_STRUCT(HealthCheck, (),
                      (Node, CheckID, Name, Status, Notes, Output, ServiceID, ServiceName, ServiceTags, Type,
                       CreateIndex, ModifyIndex))

struct HealthEntry {
  HealthNode Node;
  HealthService Service;
  std::vector<HealthCheck> Checks;
};
BOOST_DESCRIBE_STRUCT(HealthEntry, (), (Node, Service, Checks))

struct AgentConfig {
  std::string Datacenter, NodeName, NodeID, Version;
  bool Server = true;
};
BOOST_DESCRIBE_STRUCT(AgentConfig, (), (Datacenter, NodeName, NodeID, Version, Server))

struct AgentMember {
  std::string Name, Addr;
  std::int64_t Port = 0;
  std::int64_t Status = 1;  // Serf's «alive»
};
BOOST_DESCRIBE_STRUCT(AgentMember, (), (Name, Addr, Port, Status))

struct AgentSelf {
  AgentConfig Config;
  AgentMember Member;
  std::map<std::string, std::string> Meta;  // leader: the id of the leading service_registry
};
BOOST_DESCRIBE_STRUCT(AgentSelf, (), (Config, Member, Meta))

// How a registered service is known to be well: exactly one of HTTP (http:// only), TCP (`host:port`) and TTL. Durations as
// Consul writes them: `10s`, `1m30s`.
struct CheckDefinition {
  std::optional<std::string> CheckID, Name, Notes;
  std::optional<std::string> HTTP, TCP, TTL;
  std::optional<std::string> Interval, Timeout;  // of HTTP and TCP; default 10s each
  std::optional<std::string> DeregisterCriticalServiceAfter;
  std::optional<std::string> Status;  // at first: passing or critical
};
BOOST_DESCRIBE_STRUCT(CheckDefinition, (),
                      (CheckID, Name, Notes, HTTP, TCP, TTL, Interval, Timeout, DeregisterCriticalServiceAfter, Status))

struct ServiceDefinition {
  std::string Name;
  std::optional<std::string> ID;       // default: Name
  std::optional<std::string> Address;  // default: where the call comes from
  std::int64_t Port = 0;
  std::vector<std::string> Tags;
  std::map<std::string, std::string> Meta;
  contracts::ServiceWeights Weights;
  bool EnableTagOverride = false;
  std::optional<CheckDefinition> Check;
  std::vector<CheckDefinition> Checks;  // one at most, together with Check
  static constexpr std::array kDefaulted{"Tags", "Meta", "Weights", "EnableTagOverride", "Checks"};
};
BOOST_DESCRIBE_STRUCT(ServiceDefinition, (),
                      (Name, ID, Address, Port, Tags, Meta, Weights, EnableTagOverride, Check, Checks))

}  // namespace valion::contracts
