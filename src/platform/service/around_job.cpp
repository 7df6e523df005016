#include "platform/service/around_job.hpp"

#include <chrono>
#include <optional>

#include "platform/trace/context.hpp"

namespace valion {
namespace {

trace::Span begin_span(const trace::Tracer& tracer, const jobs::JobRecord& job,
                       const std::optional<trace::TraceContext>& parent) {
  if (!parent || !parent->sampled || !tracer.on()) return {};
  trace::Span span =
      tracer.begin(trace::child_of(*parent), parent->span_id, "job " + job.kind, trace::SpanKind::consumer);
  span.set("job.id", job.id);
  span.set("job.attempt", std::int64_t{job.attempt});
  return span;
}

}  // namespace

Result<std::string> around_job(log::Logger& log, const trace::Tracer& tracer, jobs::JobContext& context,
                               const jobs::Handler& handler) {
  const jobs::JobRecord& job = context.job();
  const auto parent = trace::parse_traceparent(job.traceparent);
  trace::Span span = begin_span(tracer, job, parent);
  context.set_span(span.parent());
  const auto start = std::chrono::steady_clock::now();
  Result<std::string> answer = handler(context);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!answer) span.fail(answer.error().message);
  span.end();
  log.info(answer ? "job done" : "job stopped: " + answer.error().message,
           {{"job", job.id},
            {"kind", job.kind},
            {"attempt", job.attempt},
            {"outcome", answer ? "succeeded" : std::string(name_of(answer.error().kind))},
            {"seconds", seconds},
            {"tenant", job.principal.tenant},
            {"user_id", job.principal.user},
            {"request_id", job.request_id},
            {"trace_id", parent ? parent->trace_id : std::string()}});
  return answer;
}

}  // namespace valion
