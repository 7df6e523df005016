// Sends finished spans to an OpenTelemetry collector, in the background, in batches.
//
// Every second, or as soon as it is asked to finish: at most 512 spans a POST of OTLP/HTTP JSON. A collector that is away or
// answers 429, 502, 503 or 504 is asked again after 1, 2, 4 and 8 s, then the batch is given up; meanwhile new spans wait in
// the tracer's bounded queue. What is lost is counted, never waited for: no request knows that there is a collector.
//
// Metrics: trace_spans_exported_total, trace_spans_dropped_total{reason="queue_full"|"collector"}.
#pragma once

#include <memory>

#include "platform/async/async.hpp"
#include "platform/http/client.hpp"
#include "platform/log/logger.hpp"
#include "platform/metrics/metrics.hpp"
#include "platform/trace/collector_url.hpp"
#include "platform/trace/otlp_json.hpp"
#include "platform/trace/span.hpp"

namespace valion {

class TraceExport {
 public:
  // All references must outlive finish().
  TraceExport(trace::Tracer tracer, trace::Resource resource, trace::CollectorUrl collector, http::Client& client,
              metrics::Registry& metrics, log::Logger& log);
  ~TraceExport();
  void start(Executor executor);
  // The last spans, once; at most two seconds.
  Async<void> finish();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion
