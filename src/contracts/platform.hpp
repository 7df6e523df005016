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
  static constexpr std::array kMembers{
      json::member("eta").says("seconds left, while it runs and its speed is known",
                               "segundos restantes, enquanto executa e a velocidade é conhecida")};
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
  static constexpr std::array kMembers{
      json::member("state").one_of("queued running succeeded failed cancelled expired"),
      json::member("priority").one_of("high normal low"),
      json::member("attempt").says("1 for the first", "1 para a primeira"),
      json::member("created_at").form("date-time"),
      json::member("started_at").form("date-time"),
      json::member("finished_at").form("date-time"),
      json::member("not_before").form("date-time"),
      json::member("result").says("of a job that succeeded: what its operation promises",
                                  "do trabalho concluído: o que a operação promete"),
      json::member("error").says("of the last attempt that failed", "da última tentativa que falhou")};
};
BOOST_DESCRIBE_STRUCT(JobView, (),
                      (id, kind, service, state, priority, attempt, max_attempts, progress, created_at, started_at,
                       finished_at, not_before, result, error))

struct JobList {
  std::vector<JobView> jobs;
  std::optional<std::string> next;  // what `?after=` takes for the next page
  static constexpr std::array kMembers{
      json::member("next").says("what `after` takes for the next page", "o que `after` recebe para a próxima página")};
};
BOOST_DESCRIBE_STRUCT(JobList, (), (jobs, next))

struct DependencyView {
  std::string name;
  std::string status;  // up, down
  std::string detail;
  static constexpr std::array kMembers{json::member("status").one_of("up down")};
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
  static constexpr std::array kMembers{json::member("status").one_of("up degraded down")};
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (service, instance, status, version, uptime_seconds, dependencies, metrics))

struct TokenRequest {
  std::string user;
  std::string password;
  static constexpr std::array kMembers{json::member("user").characters(1, 256),
                                       json::member("password").characters(1, 1024)};
};
BOOST_DESCRIBE_STRUCT(TokenRequest, (), (user, password))

struct TokenAnswer {
  std::string access_token;
  std::string token_type = "Bearer";
  std::int64_t expires_in = 0;  // seconds
  static constexpr std::array kMembers{json::member("expires_in").says("seconds", "segundos")};
};
BOOST_DESCRIBE_STRUCT(TokenAnswer, (), (access_token, token_type, expires_in))

// GET /health/live, /health/ready
struct ProbeView {
  std::string status;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(ProbeView, (), (status, reason))

// GET and PUT /internal/log-level, of every service
struct LevelView {
  std::string level;
  static constexpr std::array kMembers{json::member("level").one_of("trace debug info warning error")};
};
BOOST_DESCRIBE_STRUCT(LevelView, (), (level))

// GET / of the gateway
struct Index {
  std::string name = "Valion";
  std::string version;
  std::string health = "/health";
  std::string sign_in = "POST /api/v1/auth/token";
  std::string description = "/openapi.json";
  std::string documentation = "/docs";
  std::vector<std::string> routes;
};
BOOST_DESCRIBE_STRUCT(Index, (), (name, version, health, sign_in, description, documentation, routes))

}  // namespace valion::contracts
