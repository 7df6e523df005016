// The system as `valion status` sees it: the registry's records, what each instance says of itself right now, and what the
// orchestrator knows of its processes. The JSON is relied on by other programs (docs/architecture.md): members are only added.
#pragma once

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/orchestrator/control.hpp"
#include "contracts/platform.hpp"
#include "platform/config/settings.hpp"

namespace valion::app {

struct StatusLatency {
  double p50 = 0, p95 = 0, p99 = 0;  // milliseconds, since its start, without health and metrics
};
BOOST_DESCRIBE_STRUCT(StatusLatency, (), (p50, p95, p99))

struct StatusInstance {
  std::string id;
  std::int64_t port = 0;
  std::string status;  // up, degraded, down
  std::string version;
  double uptime = 0;  // seconds
  std::string host;
  std::string zone;
  std::string verdict;  // of service_registry's probes: passing, critical, unknown
  std::string reason;   // why it is not up
  // From its metrics; absent when it does not answer.
  std::optional<double> requests, errors;       // answered, of them with 5xx; without health and metrics
  std::optional<StatusLatency> latency;         // absent before the first request
  std::map<std::string, std::string> breakers;  // by the service it calls: closed, half-open, open
  std::map<std::string, double> queues;         // jobs queued by kind, running, dead; work waiting for the CPU
};
BOOST_DESCRIBE_STRUCT(StatusInstance, (),
                      (id, port, status, version, uptime, host, zone, verdict, reason, requests, errors, latency,
                       breakers, queues))

struct StatusService {
  std::string name;
  std::vector<StatusInstance> instances;
};
BOOST_DESCRIBE_STRUCT(StatusService, (), (name, instances))

struct StatusDocument {
  std::vector<StatusService> services;
  std::string status;                            // up when nothing is wrong
  std::vector<std::string> problems;             // what is wrong, in words
  std::optional<OrchestratorView> orchestrator;  // absent when none runs here
};
BOOST_DESCRIBE_STRUCT(StatusDocument, (), (services, status, problems, orchestrator))

struct Picture {
  StatusDocument document;
  std::vector<contracts::HealthView> health;  // of the instances that answered
};

// Asks everybody at once; at most a few seconds. `with_metrics`: also for latency, breakers and queues.
[[nodiscard]] Picture look_at_system(const Settings& settings, bool with_metrics);

// From one instance's exposition.
void add_metrics(StatusInstance& instance, const std::string& exposition);

}  // namespace valion::app
