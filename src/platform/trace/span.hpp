// Spans: what took how long, inside what (OpenTelemetry's model). docs/adr/0007 says how a span reaches the code below it.
//
//   trace::Span span = trace::begin(request.span, "read the model", trace::SpanKind::internal);
//   span.set("model", id);
//   auto model = co_await database.read(work, span.parent());     // becomes a child
//
// A span ends with its life (or by end()) and then waits in the tracer's bounded queue for the exporter; when that is full it
// is dropped and counted. Where tracing is off, or the trace was not sampled, a Span is a null pointer: nothing is allocated,
// read or copied. A Span belongs to one thread at a time; Parent and Tracer are thread-safe and may outlive one another.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "platform/trace/context.hpp"

namespace valion::trace {

// With OTLP's numbers. server and consumer begin in this process what another asked for; client and producer ask.
enum class SpanKind { internal = 1, server = 2, client = 3, producer = 4, consumer = 5 };

using AttributeValue = std::variant<std::string, std::int64_t, double, bool>;

struct FinishedSpan {
  std::string trace_id, span_id;
  std::string parent_span_id;  // empty: the root of its trace
  std::string name;
  SpanKind kind = SpanKind::internal;
  std::chrono::system_clock::time_point began, ended;
  std::vector<std::pair<std::string, AttributeValue>> attributes;
  bool failed = false;
  std::string failure;
};

struct SpanQueue;  // internal

// What new spans hang below, by value: a live span's place, without the span. Default: nothing will be recorded.
class Parent {
 public:
  Parent() = default;
  [[nodiscard]] bool recording() const noexcept { return queue_ != nullptr; }
  [[nodiscard]] const TraceContext& context() const noexcept { return context_; }  // empty unless recording

 private:
  friend class Span;
  friend class Tracer;
  Parent(std::shared_ptr<SpanQueue> queue, TraceContext context)
      : queue_(std::move(queue)), context_(std::move(context)) {}
  std::shared_ptr<SpanQueue> queue_;
  TraceContext context_;
};

class Span {
 public:
  Span() = default;
  Span(Span&& other) noexcept = default;
  Span& operator=(Span&& other) noexcept;
  ~Span() { end(); }

  // Below `parent`; nothing when that records nothing. `name` is of few kinds («GET /data/{id}», never an id itself).
  Span(const Parent& parent, std::string_view name, SpanKind kind);

  [[nodiscard]] bool recording() const noexcept { return live_ != nullptr; }
  void set(std::string_view key, AttributeValue value);
  void fail(std::string_view message);  // the span's work failed
  void end();                           // again: nothing
  [[nodiscard]] Parent parent() const;  // for its children
  [[nodiscard]] TraceContext context() const;

 private:
  friend class Tracer;
  struct Live;
  Span(std::shared_ptr<SpanQueue> queue, const TraceContext& own, std::string_view parent_span_id,
       std::string_view name, SpanKind kind);
  struct Destroy {
    void operator()(Live* live) const noexcept;
  };
  std::unique_ptr<Live, Destroy> live_;
};

[[nodiscard]] inline Span begin(const Parent& parent, std::string_view name, SpanKind kind = SpanKind::internal) {
  return parent.recording() ? Span(parent, name, kind) : Span();
}

struct TracerSettings {
  double ratio =
      0;  // of the traces that begin here, 0 to 1; whether a trace that began elsewhere is recorded was said there
  std::size_t queue_limit = 8'192;  // finished spans waiting to be exported
};

// Where spans begin and where they wait. One per process.
class Tracer {
 public:
  Tracer() = default;  // off
  explicit Tracer(TracerSettings settings);

  [[nodiscard]] bool on() const noexcept { return queue_ != nullptr; }
  // Whether a trace that begins here is recorded: the lowest 52 bits of its id against the ratio, so that every process decides alike.
  [[nodiscard]] bool samples(std::string_view trace_id) const;
  // A span whose ids are already known, because its context was told to others or came from them (a request, an attempt of a
  // job). Records when the tracer is on and `own.sampled`. `parent_span_id`: empty for a root.
  [[nodiscard]] Span begin(const TraceContext& own, std::string_view parent_span_id, std::string_view name,
                           SpanKind kind) const;
  // A place known by its ids only, below which spans of this process may begin.
  [[nodiscard]] Parent parent(const TraceContext& context) const;

  // The oldest finished spans, at most `most`, taken out of the queue.
  [[nodiscard]] std::vector<FinishedSpan> take(std::size_t most) const;
  [[nodiscard]] std::uint64_t dropped() const;  // because the queue was full
  [[nodiscard]] std::size_t waiting() const;

 private:
  std::shared_ptr<SpanQueue> queue_;
};

}  // namespace valion::trace
