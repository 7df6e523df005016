#include "platform/service/job_kinds.hpp"

#include "platform/objects/object_store.hpp"
#include "platform/trace/context.hpp"

namespace valion {
namespace {

Result<std::optional<jobs::Priority>> wanted_priority(const http::Request& request) {
  const auto given = request.query.find("priority");
  if (given == request.query.end()) return std::optional<jobs::Priority>();
  const auto priority = jobs::parse_priority(given->second);
  if (priority) return priority;
  Error error = make_error(ErrorKind::invalid, "the priority of the job is not known");
  error.add({"/priority", "must be high, normal or low", -1, {}, given->second});
  return fail(std::move(error));
}

// The same key on another route is another job.
std::string job_key(const http::Request& request) {
  const auto key = request.headers.find("Idempotency-Key");
  return key ? sha256(request.route + "\n" + std::string(*key)).text() : std::string();
}

}  // namespace

CallOrigin origin_of(const jobs::JobContext& job) {
  CallOrigin origin;
  origin.principal = job.job().principal;
  origin.request_id = job.job().request_id;
  if (const auto parent = trace::parse_traceparent(job.job().traceparent)) {
    origin.trace_id = parent->trace_id;
    origin.span_id = job.span().recording() ? job.span().context().span_id : parent->span_id;
    origin.sampled = parent->sampled;
    origin.span = job.span();
  }
  return origin;
}

Async<Result<http::Response>> submit_job_text(ServiceContext& context, const http::Request& request, std::string kind,
                                              std::string payload) {
  trace::Span span = trace::begin(request.span, "submit " + kind, trace::SpanKind::producer);
  jobs::Submission wanted;
  VALION_CO_TRY_ASSIGN(wanted.priority, wanted_priority(request));
  wanted.kind = std::move(kind);
  wanted.payload = std::move(payload);
  wanted.principal = *request.principal;
  wanted.idempotency_key = job_key(request);
  wanted.request_id = request.request_id;
  const trace::TraceContext submitter{request.trace_id, request.span_id, request.sampled};
  wanted.traceparent = trace::to_traceparent(span.recording() ? span.context() : submitter);
  wanted.span = span.parent();
  auto submitted = co_await context.jobs.submit(std::move(wanted));
  if (!submitted) {
    span.fail(submitted.error().message);
    co_return fail(std::move(submitted).error());
  }
  const jobs::JobRecord job = std::move(*submitted);
  span.end();  // accepted() may wait for the result
  auto response = co_await accepted(context, request, job);
  co_return response;
}

}  // namespace valion
