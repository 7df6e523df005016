// What the platform itself answers: jobs, health, tokens, the catalogue of instances.
//
//   GET  /jobs/{id}   > JobView          POST /jobs/{id}/cancel, /jobs/{id}/replay > JobView    (gateway: /api/v1/jobs/…)
//   GET  /jobs, /jobs/dead > JobList     GET  /jobs/{id}/events   > server-sent events of JobView
//   GET  /health      > HealthView       GET /health/live, /health/ready             (every service)
//   POST /auth/token  TokenRequest > TokenAnswer                                     (gateway: /api/v1/auth/token)
//   GET  /v1/health/service/{name}  > [ServiceEntry]   GET /v1/catalog/services      (service_registry, Consul's shape)
#pragma once

#include <boost/describe.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/json/described.hpp"

namespace valion::contracts {

struct ProgressView {
  double done = 0;
  double total = 1;
  std::string stage;
  std::optional<double> eta;  // seconds left, while it runs and its speed is known
};
BOOST_DESCRIBE_STRUCT(ProgressView, (), (done, total, stage, eta))

struct JobError {
  std::string kind;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(JobError, (), (kind, message))

struct JobView {
  std::string id;
  std::string kind;
  std::string service;
  std::string state;                // queued, running, succeeded, failed, cancelled, expired
  std::string priority = "normal";  // high, normal, low
  std::int64_t attempt = 0;         // 1 for the first
  std::int64_t max_attempts = 1;
  ProgressView progress;
  std::string created_at;
  std::optional<std::string> started_at, finished_at;
  std::optional<std::string> not_before;  // queued for another attempt: when
  std::optional<json::Raw> result;        // succeeded
  std::optional<JobError> error;          // failed, or queued again after an attempt failed: of the last attempt
};
BOOST_DESCRIBE_STRUCT(JobView, (),
                      (id, kind, service, state, priority, attempt, max_attempts, progress, created_at, started_at,
                       finished_at, not_before, result, error))

struct JobList {
  std::vector<JobView> jobs;
  std::optional<std::string> next;  // what `?after=` takes for the next page
};
BOOST_DESCRIBE_STRUCT(JobList, (), (jobs, next))

struct DependencyView {
  std::string name;
  std::string status;  // up, down
  std::string detail;
};
BOOST_DESCRIBE_STRUCT(DependencyView, (), (name, status, detail))

struct HealthView {
  std::string service;
  std::string instance;
  std::string status;  // up, degraded, down
  std::string version;
  double uptime_seconds = 0;
  std::vector<DependencyView> dependencies;
  std::map<std::string, double> metrics;
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (service, instance, status, version, uptime_seconds, dependencies, metrics))

struct TokenRequest {
  std::string user;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(TokenRequest, (), (user, password))

struct TokenAnswer {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  // seconds
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (access_token, token_type, expires_in))

}  // namespace valion::contracts
