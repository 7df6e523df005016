// Everything that can be configured, with its defaults: YAML file < environment (VALION_…) < flags. Unknown keys and values
// out of range are errors that name the key, its origin, and what is accepted.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace valion {

struct Settings {
  std::filesystem::path home = "var";  // home / VALION_HOME: all state lives below
  std::string address = "127.0.0.1";   // address / VALION_ADDRESS: what services listen on
  std::string advertise;  // advertise / VALION_ADVERTISE: what others connect to; default: address; `hostname`: ours
  std::map<std::string, std::uint16_t>
      ports;              // ports.{service} / VALION_PORT_{SERVICE}; absent: the service list's default; 0: a free one
  std::string redis_url;  // redis.url / VALION_REDIS_URL; empty: the orchestrator's own, VALION_HOME/redis/redis.sock
  std::string database_url;        // database.url / VALION_DATABASE_URL; empty: sqlite below home
  std::string objects_url;         // objects.url / VALION_OBJECTS_URL; empty: folders below home; or s3://…
  std::string log_level = "info";  // log.level / VALION_LOG_LEVEL: trace debug info warning error
  std::chrono::milliseconds heartbeat{1'000};  // registry.heartbeat_ms
  std::chrono::milliseconds drain{8'000};      // drain_ms: three groups of services and Redis end within stop_timeout
  // The orchestrator's patience: orchestrator.…_ms / VALION_…_MS, and what it calls a crash loop.
  std::chrono::milliseconds ready_timeout{60'000};      // from the start of a process to ready
  std::chrono::milliseconds stop_timeout{30'000};       // for the whole system
  std::chrono::milliseconds crash_loop_window{60'000};  // crash_loop_ends ends within it: not started again
  int crash_loop_ends = 5;
  std::size_t cpu_threads = 2;                  // cpu.threads / VALION_CPU_THREADS
  std::size_t cpu_queue = 256;                  // cpu.queue
  std::size_t job_threads = 1;                  // jobs.threads: jobs at once per instance
  std::size_t job_tenant_limit = 0;             // jobs.tenant_limit: of one tenant at once, in a service; 0: no limit
  std::size_t job_tenant_queue_limit = 20'000;  // jobs.tenant_queue_limit: waiting, of one tenant in a service
  std::chrono::milliseconds job_heartbeat{1'000};  // jobs.heartbeat_ms: a worker is dead after five
  // What `valion gc` takes away: retention.… / VALION_RETENTION_…
  std::chrono::hours retention_grace{24};      // objects and half uploads that nobody refers to after so long
  int retention_jobs_days = 30;                // ended jobs
  int retention_cache_days = 30;               // copies that nobody used
  std::uint64_t upload_limit = 256u << 20;     // upload.limit_bytes / VALION_UPLOAD_LIMIT
  std::chrono::seconds token_lifetime{3'600};  // auth.token_lifetime_s / VALION_TOKEN_LIFETIME
  // calls.hedge_ms: a GET without an answer for so long is sent to a second instance too; 0: never
  std::chrono::milliseconds call_hedge{0};
  // trace.endpoint: an OTLP collector, `http://host:4318`, empty: off; trace.sample: share of the traces that begin here
  std::string trace_endpoint;
  double trace_sample = 1;
  std::string token_issuer = "valion";  // auth.issuer: `iss` of clients' tokens, for whoever else verifies them
  int key_rotation_days = 90;           // auth.key_rotation_days: the age at which their key is changed; 0: by hand
  std::filesystem::path issuers_file;   // auth.issuers_file: trusted issuers elsewhere; empty: none
  // Keys that several machines share; empty: made below home/secrets. Read only by their owner, or root's and our group's.
  std::filesystem::path internal_key_file;  // auth.internal_key_file / VALION_INTERNAL_KEY_FILE: between services
  std::filesystem::path
      gateway_key_file;  // auth.gateway_key_file / VALION_GATEWAY_KEY_FILE: seals the keys of clients' tokens
  [[nodiscard]] std::filesystem::path internal_key() const {
    return internal_key_file.empty() ? home / "secrets" / "internal.key" : internal_key_file;
  }
  [[nodiscard]] std::filesystem::path gateway_key() const {
    return gateway_key_file.empty() ? home / "secrets" / "gateway.key" : gateway_key_file;
  }
  std::uint16_t metrics_port = 9'090;  // metrics.port / VALION_METRICS_PORT: the orchestrator's Prometheus endpoint

  // The gateway's own, docs/gateway.md: gateway.… / VALION_GATEWAY_…
  std::filesystem::path
      gateway_routes;            // gateway.routes: file of the route table; empty: `routes:` of the settings file
  bool gateway_identity = true;  // gateway.identity: off: nobody signs in, every route is open
  std::uint16_t gateway_admin_port = 8'090;        // gateway.admin_port: on the loopback address only; 0: none
  std::filesystem::path gateway_tls_certificate;   // gateway.tls_certificate: PEM, the chain; empty: plain HTTP
  std::filesystem::path gateway_tls_key;           // gateway.tls_key: PEM, read by its owner only
  std::string gateway_cors_origins;                // gateway.cors_origins: separated by blanks; empty: none, `*`: all
  std::uint32_t gateway_head_limit = 32'768;       // gateway.head_limit_bytes: of a whole request head
  std::uint64_t gateway_cache_memory = 64u << 20;  // gateway.cache_bytes: answers kept in memory
  bool gateway_older_limit_fields = false;         // gateway.x_ratelimit: the X-RateLimit-… fields too

  // The settings file these were read from, and whether it has `routes:` too. Not settings themselves.
  std::filesystem::path file;
  bool file_has_routes = false;

  std::string zone;                              // registry.zone / VALION_ZONE: callers prefer their own; empty: none
  int weight = 1;                                // registry.weight / VALION_WEIGHT: part of the calls, 1 to 1000
  std::string balance = "round_robin";           // registry.balance / VALION_BALANCE: round_robin least_latency
  std::chrono::milliseconds slow_start{10'000};  // registry.slow_start_ms: until a new instance gets its whole part
  int health_rise = 2;                           // registry.rise: probes that must succeed in a row to be well again
  int health_fall = 2;                           // registry.fall: probes that must fail in a row to be critical
};

using Environment = std::map<std::string, std::string>;

// Without `file`, VALION_CONFIG may name one. Every violation at once; `environment`: the process's VALION_ variables.
[[nodiscard]] Result<Settings> load_settings(const std::optional<std::filesystem::path>& file,
                                             const Environment& environment);
[[nodiscard]] Environment process_environment();
// As YAML, with comments: `valion config show`. Reading it back gives equal settings.
[[nodiscard]] std::string to_yaml(const Settings& settings);
// Key > value as in the file; `ports.SERVICE` among them. URLs may hold passwords: mask them before showing.
[[nodiscard]] std::map<std::string, std::string> to_texts(const Settings& settings);

}  // namespace valion
