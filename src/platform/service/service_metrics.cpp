#include "platform/service/service_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include "platform/service/calls.hpp"
#include "platform/service/dependency_checks.hpp"
#include "platform/service/version.hpp"

namespace valion {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kRefreshPatience{500};

void catch_up(prometheus::Counter& counter, std::uint64_t count) {
  const double missing = static_cast<double>(count) - counter.Value();
  if (missing > 0) counter.Increment(missing);
}

}  // namespace

ServiceMetrics::ServiceMetrics(BaseService& service, ServiceContext& context)
    : service_(service),
      context_(context),
      process_(context.metrics),
      lines_written_(context.metrics.counter("log_lines_total", "Lines written to the log")),
      lines_lost_(context.metrics.counter("log_lines_lost_total", "Lines that could not be written to the log")) {
  context.metrics.gauge("valion_build_info", "1, with the version", {{"version", std::string(version())}}).Set(1);
  update();
}

// What hangs since the last time is not begun again.
Async<std::string> ServiceMetrics::text() {
  if (!refreshing_ || refreshing_->ended()) {
    refreshing_ =
        std::make_shared<UnderWay<bool>>(context_.executor, Clock::now() + kRefreshPatience, refresh_service());
  }
  const auto under_way = refreshing_;
  const auto refreshed = co_await under_way->result();
  static_cast<void>(refreshed);  // what is not fresh is shown as it was
  update();
  co_return context_.metrics.text();
}

Async<bool> ServiceMetrics::refresh_service() {
  co_await service_.refresh_metrics();
  co_return true;
}

void ServiceMetrics::update() {
  process_.update();
  static_cast<void>(context_.calls.breakers());  // time alone turns an open breaker half-open
  catch_up(lines_written_, context_.log.counts().written);
  catch_up(lines_lost_, context_.log.counts().lost);
  const auto show = [&](const char* name, const char* help, double value) {
    context_.metrics.gauge(name, help).Set(value);
  };
  show("cpu_pool_waiting", "Pieces of work waiting for a thread", static_cast<double>(context_.cpu.waiting()));
  show("registry_fresh", "1 while the registry can be read", context_.directory.fresh() ? 1 : 0);
  show("registry_instances", "Instances of all services that this one knows of",
       static_cast<double>(context_.directory.all().size()));
  if (const auto disk = disk_space(context_.home)) {
    show("home_disk_free_bytes", "Free on the disk of VALION_HOME", static_cast<double>(disk->free_bytes));
    show("home_disk_size_bytes", "Size of the disk of VALION_HOME", static_cast<double>(disk->size_bytes));
  }
}

std::map<std::string, double> ServiceMetrics::figures() const {
  const metrics::ProcessFigures process = metrics::read_process_figures();
  std::map<std::string, double> figures{{"jobs_active", static_cast<double>(context_.jobs.active())},
                                        {"cpu_queue", static_cast<double>(context_.cpu.waiting())},
                                        {"cpu_seconds", process.cpu_seconds},
                                        {"open_files", process.open_files},
                                        {"threads", process.threads},
                                        {"resident_bytes", process.resident_bytes},
                                        {"proportional_bytes", process.proportional_bytes},
                                        {"log_lines_lost", static_cast<double>(context_.log.counts().lost)}};
  figures.merge(context_.calls.breakers());
  return figures;
}

}  // namespace valion
