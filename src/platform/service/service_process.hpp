// Everything that one running service owns, built in the order in which it is needed and taken down in the reverse.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "platform/http/server.hpp"
#include "platform/jobs/job_streams.hpp"
#include "platform/service/around.hpp"
#include "platform/service/base_service.hpp"
#include "platform/service/calls.hpp"
#include "platform/service/health_routes.hpp"
#include "platform/service/process_home.hpp"
#include "platform/service/trace_export.hpp"

namespace valion {

// On the thread of `executor`'s loop, which must keep turning until stop() has returned.
class ServiceProcess {
 public:
  // Binds the port and opens the databases. Throws std::exception with a message for the operator: home not writable, port
  // taken, database not reachable, secrets readable by others.
  ServiceProcess(Executor executor, BaseService& service, const Settings& settings);
  ~ServiceProcess();

  // initialize() > listen > register > ready. An error is initialize()'s. Redis may be away: the service then registers
  // when it comes.
  Async<Result<void>> start();
  // Not ready > leave the registry > let running requests finish > hand running jobs back > cleanup().
  Async<void> stop();

  [[nodiscard]] std::string address() const;  // `http://127.0.0.1:8001`: where others reach it
  void complain(const std::string& message);  // to the log and to standard error

 private:
  [[nodiscard]] jobs::RunnerSettings runner_settings();
  Async<void> join_registry();
  Async<void> hand_back_jobs();

  Executor executor_;
  BaseService& service_;
  ProcessHome home_;
  Settings settings_;
  Lifecycle life_;
  registry::Instance self_;
  log::Logger log_;
  metrics::Registry metrics_;
  trace::Tracer tracer_;
  auth::SigningKey internal_key_;
  CpuPool cpu_;
  redis::Client redis_;
  sql::Database jobs_database_;
  jobs::JobStore job_store_;
  std::unique_ptr<jobs::JobRunner> jobs_;
  jobs::JobStreams job_streams_;
  http::Client client_;
  registry::Directory directory_;
  std::optional<registry::Registration> registration_;
  Calls calls_;
  ServiceContext context_;
  AroundHandlers around_;
  http::Router router_;
  std::unique_ptr<http::Frontend> frontend_;
  std::optional<TraceExport> trace_export_;
  bool listening_ = false;
};

}  // namespace valion
