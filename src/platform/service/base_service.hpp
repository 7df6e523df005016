// What every service is: a name, routes, and four hooks. Everything else (configuration, logs, metrics, tracing,
// registration, health, deadlines, draining, jobs) is done around it by run_service(), see runtime.hpp.
//
//   class DataProcessing final : public BaseService {
//    public:
//     static constexpr std::string_view kName = "data_processing";
//     [[nodiscard]] std::string_view name() const override { return kName; }
//     void routes(http::Router& router) override;
//     Async<Result<void>> initialize() override;
//   };
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/async/async.hpp"
#include "platform/async/cpu_pool.hpp"
#include "platform/auth/token.hpp"
#include "platform/config/settings.hpp"
#include "platform/http/client.hpp"
#include "platform/http/router.hpp"
#include "platform/http/server.hpp"
#include "platform/jobs/jobs.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/registry/registry.hpp"
#include "platform/service/service_request.hpp"
#include "platform/trace/span.hpp"

namespace valion {

class Calls;

// The service's view of its process. Lives as long as the service; members are used on the event loop thread unless
// their own header says otherwise.
struct ServiceContext {
  const Settings& settings;
  const registry::Instance& self;
  std::filesystem::path home;    // VALION_HOME
  std::filesystem::path folder;  // VALION_HOME/services/{name}: this service's own storage, 0700
  Executor executor;
  log::Logger& log;
  metrics::Registry& metrics;
  CpuPool& cpu;
  http::Client& http;
  registry::Directory& directory;
  redis::Client& redis;
  sql::Database& jobs_database;
  jobs::JobStore& job_store;
  jobs::JobRunner& jobs;
  const auth::SigningKey& internal_key;
  const trace::Tracer& tracer;
  Calls& calls;

  // Where this service keeps its catalogue: the configured database, or SQLite in its own folder.
  [[nodiscard]] std::string catalogue_url() const;

  // Shows the connections of `database` as metrics labelled `name`. Call it before other threads use the database.
  void observe(sql::Database& database, const std::string& name) const;

  // See calls.hpp: deadline, breaker, retries where they are safe. Any HTTP status is a success.
  Async<Result<http::ClientResponse>> call_service(const CallOrigin& origin, ServiceRequest request);
  // The whole answer; a failing status becomes the Error it stands for.
  Async<Result<http::FetchedResponse>> fetch_from_service(const CallOrigin& origin, ServiceRequest request,
                                                          std::size_t body_limit = 256u << 20);
  // The same from a job thread: blocks it, never the event loop. A job outlives whoever asked for it: the origin's deadline
  // does not count.
  Result<http::FetchedResponse> fetch_blocking(const CallOrigin& origin, ServiceRequest request,
                                               std::size_t body_limit = 256u << 20);
};

struct DependencyHealth {
  std::string name;
  bool up = false;
  std::string detail;
};

struct ServiceHealth {
  bool ready = true;
  std::vector<DependencyHealth> dependencies;
  std::map<std::string, double> metrics;
};

class BaseService {
 public:
  virtual ~BaseService() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  virtual void routes(http::Router& router) = 0;
  virtual Async<Result<void>> initialize();  // default: nothing
  virtual Async<void> cleanup();             // default: nothing; after draining
  // Default: ready. What it needs beyond Redis, the registry, the jobs database and the disk, which are always looked at. It
  // may wait: the answer does not, and shows it as down, timed out.
  virtual Async<ServiceHealth> health_check();
  // Before /metrics answers: bring gauges up to date that follow no event. Default: nothing.
  virtual Async<void> refresh_metrics();
  // true: this service checks tokens itself (the gateway, which takes clients' tokens instead of internal ones).
  [[nodiscard]] virtual bool authenticates_itself() const { return false; }

  // true: it needs neither Redis nor the registry here. Then neither is waited for, looked at or told of this process. Asked once
  // routes() have been added.
  [[nodiscard]] virtual bool stands_alone() const { return false; }

  // What takes this service's connections: by default http::Server. It binds at once and throws std::system_error when it
  // cannot; context() is known, routes() have not been added yet. `router` outlives it.
  virtual std::unique_ptr<http::Frontend> make_frontend(http::ServerSettings settings, const http::Router& router,
                                                        http::Around around);

  void attach(ServiceContext& context) { context_ = &context; }

 protected:
  [[nodiscard]] ServiceContext& context() const { return *context_; }

 private:
  ServiceContext* context_ = nullptr;
};

// 202 + Location for an accepted job, honouring `Prefer: wait=N` (waits up to N seconds, at most 60; a job that ended in
// time answers 200 with its record).
Async<Result<http::Response>> accepted(ServiceContext& context, const http::Request& request,
                                       const jobs::JobRecord& job);

}  // namespace valion
