#include "platform/service/service_process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "base/date.hpp"
#include "platform/service/around_job.hpp"
#include "platform/service/job_routes.hpp"
#include "platform/service/log_level_route.hpp"
#include "platform/service/port_owner.hpp"
#include "platform/service/store_metrics.hpp"
#include "platform/service/version.hpp"
#include "platform/trace/context.hpp"

namespace valion {
namespace {

using namespace std::chrono_literals;
constexpr std::size_t kJobConnections = 4;
constexpr auto kRedisPatience = 500ms;  // at start; without it the service starts all the same

std::uint16_t port_of(const Settings& settings, const std::string& service) {
  const auto configured = settings.ports.find(service);
  return configured == settings.ports.end() ? std::uint16_t{0} : configured->second;
}

// What others connect to: the address we listen on, unless it means «all of them».
// `hostname`: this machine's own name, which is what containers of one service differ in.
std::string advertised_host(const Settings& settings) {
  char name[256] = {};
  if (settings.advertise == "hostname" && gethostname(name, sizeof name - 1) == 0) return name;
  if (!settings.advertise.empty()) return settings.advertise;
  return settings.address == "0.0.0.0" ? "127.0.0.1" : settings.address;
}

registry::Instance make_self(const Settings& settings, const std::string& service) {
  registry::Instance self;
  self.service = service;
  self.id = service + "-" + trace::new_span_id().substr(0, 8);
  self.version = std::string(version());
  self.host = advertised_host(settings);
  self.zone = settings.zone;
  self.weight = settings.weight;
  self.lease = 3 * settings.heartbeat;
  self.started_at = utc_timestamp(std::chrono::system_clock::now());
  return self;
}

log::LogSettings log_settings(const ProcessHome& home, const registry::Instance& self, const Settings& settings) {
  log::LogSettings made;
  made.file = home.log_file();
  made.service_name = self.service;
  made.instance = self.id;
  made.level = settings.log_level;
  return made;
}

redis::Settings redis_settings(const Settings& settings) {
  redis::Settings made;
  made.url =
      settings.redis_url.empty() ? "unix:" + (settings.home / "redis" / "redis.sock").string() : settings.redis_url;
  // When Redis is back all must be heard again before the first of them takes the silent for dead: within a lease.
  made.longest_pause = std::clamp(settings.heartbeat / 2, 10ms, made.longest_pause);
  return made;
}

// Not for connections whose commands wait on purpose.
redis::Settings observed(redis::Settings settings, metrics::Registry& metrics) {
  settings.observer = std::make_shared<RedisMetrics>(metrics);
  return settings;
}

registry::RegistrySettings registry_settings(const Settings& settings) {
  registry::RegistrySettings made;
  made.heartbeat = settings.heartbeat;
  made.zone = settings.zone;
  made.balance =
      settings.balance == "least_latency" ? registry::Balance::least_latency : registry::Balance::round_robin;
  made.slow_start = settings.slow_start;
  return made;
}

std::string database_url(const Settings& settings) {
  return settings.database_url.empty() ? "sqlite:" + (settings.home / "db" / "jobs.db").string()
                                       : settings.database_url;
}

// Off unless there is a collector.
trace::Tracer make_tracer(const Settings& settings) {
  trace::TracerSettings made;
  made.ratio = settings.trace_sample;
  return settings.trace_endpoint.empty() ? trace::Tracer() : trace::Tracer(made);
}

std::string taken_text(std::uint16_t port) {
  const std::string owner = port_owner_text(port);
  return "the port is in use" + (owner.empty() ? "" : " by " + owner) +
         "; stop what listens there, or choose another port with --port";
}

// systemd's protocol (sd_listen_fds(3)), which the orchestrator speaks too: one listening socket as descriptor 3.
std::optional<int> inherited_listener() {
  const char* count = std::getenv("LISTEN_FDS");
  const char* process = std::getenv("LISTEN_PID");
  if (count == nullptr || process == nullptr || std::string_view(count) != "1") return std::nullopt;
  if (process != std::to_string(getpid())) return std::nullopt;
  constexpr int kFirstInherited = 3;
  fcntl(kFirstInherited, F_SETFD, FD_CLOEXEC);
  return kFirstInherited;
}

std::unique_ptr<http::Frontend> listen(BaseService& service, ServiceContext& context, const http::Router& router,
                                       AroundHandlers& around) {
  service.attach(context);
  const Settings& settings = context.settings;
  http::ServerSettings wanted;
  wanted.address = settings.address;
  wanted.port = port_of(settings, context.self.service);
  wanted.inherited_listener = inherited_listener();
  const auto serve = [&around](http::Request& request, const Result<http::Router::Match>& match) {
    return around.serve(request, match);
  };
  try {
    return service.make_frontend(std::move(wanted), router, serve);
  } catch (const std::system_error& error) {
    const bool taken = error.code() == std::errc::address_in_use;
    throw std::runtime_error(
        "cannot listen on " + settings.address + ":" + std::to_string(wanted.port) + ": " +
        (taken ? taken_text(wanted.port) : error.code().message() + "; choose another address or port"));
  }
}

Settings with_home(Settings settings, const ProcessHome& home) {
  settings.home = home.path();
  return settings;
}

}  // namespace

ServiceProcess::ServiceProcess(Executor executor, BaseService& service, const Settings& settings)
    : executor_(executor),
      service_(service),
      home_(settings.home, std::string(service.name())),
      settings_(with_home(settings, home_)),
      self_(make_self(settings_, std::string(service.name()))),
      log_(log_settings(home_, self_, settings_)),
      metrics_(metrics::Labels{{"service", self_.service}, {"instance", self_.id}}),
      tracer_(make_tracer(settings_)),
      internal_key_(auth::SigningKey::load_or_create(settings_.internal_key())),
      cpu_(settings_.cpu_threads, settings_.cpu_queue),
      redis_(executor, observed(redis_settings(settings_), metrics_)),
      jobs_database_(database_url(settings_), kJobConnections, sql::Durability::full),  // a 202 is a promise
      job_store_(jobs_database_, jobs::JobTiming{settings_.job_heartbeat}),
      jobs_(std::make_unique<jobs::JobRunner>(job_store_, runner_settings())),
      job_streams_(executor, redis_, redis_settings(settings_), self_.service, self_.id, job_store_.timing()),
      client_(executor),
      directory_(redis_, registry_settings(settings_)),
      calls_(Calls::Means{executor, client_, directory_, metrics_, log_, internal_key_, tracer_, settings_.call_hedge}),
      context_{settings_,  self_,  settings_.home, home_.folder(), executor, log_,          metrics_, cpu_,  client_,
               directory_, redis_, jobs_database_, job_store_,     *jobs_,   internal_key_, tracer_,  calls_},
      around_(log_, metrics_, service.authenticates_itself() ? nullptr : &internal_key_, tracer_),
      frontend_(listen(service, context_, router_, around_)) {
  self_.port = frontend_->port();
  context_.observe(jobs_database_, "jobs");
  job_streams_.trace(tracer_);
  if (const auto collector = trace::parse_collector_url(settings_.trace_endpoint)) {
    const trace::Resource resource{self_.service, self_.id, self_.version};
    trace_export_.emplace(tracer_, resource, *collector, client_, metrics_, log_);
  }
  add_health_routes(router_, service_, context_, life_);
  add_log_level_routes(router_, context_);
  if (!service_.authenticates_itself()) {
    add_job_routes(router_, "/jobs", context_, [](http::Handler handler) { return handler; });
  }
  service_.routes(router_);
}

ServiceProcess::~ServiceProcess() = default;

jobs::RunnerSettings ServiceProcess::runner_settings() {
  jobs::RunnerSettings made;
  made.service = self_.service;
  made.instance = self_.id;
  made.threads = settings_.job_threads;
  made.tenant_limit = settings_.job_tenant_limit;
  made.tenant_queue_limit = settings_.job_tenant_queue_limit;
  made.metrics = &metrics_;
  made.complain = [this](const std::string& message) { log_.error(message); };
  made.around = [this](jobs::JobContext& job, const jobs::Handler& handler) {
    return around_job(log_, tracer_, job, handler);
  };
  return made;
}

Async<void> ServiceProcess::join_registry() {
  const bool connected = co_await redis_.wait_connected(kRedisPatience);
  if (connected) {
    const Result<void> seen = co_await directory_.refresh();
    if (!seen) log_.warning("cannot read the registry: " + seen.error().message);
  } else {
    log_.warning("Redis does not answer; this service will register when it does");
  }
  directory_.start(executor_);
}

Async<Result<void>> ServiceProcess::start() {
  const bool alone = service_.stands_alone();
  if (alone) {
    redis_.close();
  } else {
    co_await join_registry();
  }
  if (trace_export_) trace_export_->start(executor_);
  VALION_CO_TRY(co_await service_.initialize());
  if (!alone) {
    jobs_->start();
    job_streams_.start(*jobs_);
  }
  frontend_->start();
  listening_ = true;
  if (!alone) {
    registration_.emplace(redis_, registry_settings(settings_), self_);
    registration_->start(executor_);
  }
  life_.initialised = true;
  log_.info("ready", {{"address", address()}, {"version", self_.version}});
  co_return Result<void>{};
}

Async<void> ServiceProcess::stop() {
  life_.draining = true;
  log_.info("stopping");
  if (registration_) co_await registration_->leave();
  directory_.release();  // a query that waits for a change must not hold up the drain
  // Others see us for one heartbeat more. That matters only where somebody else can take over.
  if (directory_.instances(self_.service).size() > 1) co_await sleep_for(settings_.heartbeat);
  job_store_.end_watches();
  if (listening_) co_await frontend_->drain(settings_.drain);
  job_streams_.leave();
  co_await hand_back_jobs();
  co_await job_streams_.close();
  co_await service_.cleanup();
  if (trace_export_) co_await trace_export_->finish();
  redis_.close();
  log_.info("stopped");
}

// The runner waits for its work, and that work may be waiting for a call on this very loop: so another thread waits.
Async<void> ServiceProcess::hand_back_jobs() {
  using Timer =
      asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
  Timer done(executor_, std::chrono::steady_clock::time_point::max());
  const std::jthread canceller([this, &done] {
    jobs_.reset();
    asio::post(executor_, [&done] { done.cancel(); });
  });
  co_await done.async_wait(asio::as_tuple(use_async));
}

std::string ServiceProcess::address() const {
  const bool ipv6 = self_.host.find(':') != std::string::npos;
  return "http://" + (ipv6 ? "[" + self_.host + "]" : self_.host) + ":" + std::to_string(self_.port);
}

void ServiceProcess::complain(const std::string& message) {
  log_.error(message);
  std::fprintf(stderr, "valion %s: %s\n", self_.service.c_str(), message.c_str());
}

}  // namespace valion
