#include "platform/trace/span.hpp"

#include <algorithm>
#include <deque>
#include <mutex>

namespace valion::trace {
namespace {

constexpr std::size_t kSampledDigits = 13;  // 52 bits: a double holds them exactly

}  // namespace

struct SpanQueue {
  explicit SpanQueue(TracerSettings given) : settings(given) {}

  void add(FinishedSpan span) {
    const std::lock_guard lock(mutex);
    if (finished.size() < settings.queue_limit) {
      finished.push_back(std::move(span));
    } else {
      ++dropped;
    }
  }

  const TracerSettings settings;
  std::mutex mutex;
  std::deque<FinishedSpan> finished;
  std::uint64_t dropped = 0;
};

struct Span::Live {
  std::shared_ptr<SpanQueue> queue;
  FinishedSpan span;
  std::chrono::steady_clock::time_point began;  // the wall clock may be set meanwhile
};

void Span::Destroy::operator()(Live* live) const noexcept { delete live; }

Span::Span(std::shared_ptr<SpanQueue> queue, const TraceContext& own, std::string_view parent_span_id,
           std::string_view name, SpanKind kind) {
  if (!queue) return;
  live_.reset(new Live{std::move(queue), {}, std::chrono::steady_clock::now()});
  FinishedSpan& span = live_->span;
  span.trace_id = own.trace_id;
  span.span_id = own.span_id;
  span.parent_span_id = parent_span_id;
  span.name = name;
  span.kind = kind;
  span.began = std::chrono::system_clock::now();
}

Span::Span(const Parent& parent, std::string_view name, SpanKind kind)
    : Span(parent.queue_, parent.recording() ? child_of(parent.context_) : TraceContext{}, parent.context_.span_id,
           name, kind) {}

Span& Span::operator=(Span&& other) noexcept {
  if (this != &other) {
    end();
    live_ = std::move(other.live_);
  }
  return *this;
}

void Span::set(std::string_view key, AttributeValue value) {
  if (live_) live_->span.attributes.emplace_back(std::string(key), std::move(value));
}

void Span::fail(std::string_view message) {
  if (!live_) return;
  live_->span.failed = true;
  live_->span.failure = message;
}

void Span::end() {
  if (!live_) return;
  const auto lasted = std::chrono::steady_clock::now() - live_->began;
  live_->span.ended = live_->span.began + std::chrono::duration_cast<std::chrono::system_clock::duration>(lasted);
  live_->queue->add(std::move(live_->span));
  live_.reset();
}

Parent Span::parent() const { return live_ ? Parent(live_->queue, context()) : Parent(); }

TraceContext Span::context() const {
  return live_ ? TraceContext{live_->span.trace_id, live_->span.span_id, true} : TraceContext{};
}

Tracer::Tracer(TracerSettings settings) : queue_(std::make_shared<SpanQueue>(settings)) {}

bool Tracer::samples(std::string_view trace_id) const {
  if (!on() || trace_id.size() < kSampledDigits) return false;
  double share = 0;
  for (const char digit : trace_id.substr(trace_id.size() - kSampledDigits)) {
    share = share * 16 + (digit <= '9' ? digit - '0' : digit - 'a' + 10);
  }
  return share / 0x1p52 < queue_->settings.ratio;
}

Span Tracer::begin(const TraceContext& own, std::string_view parent_span_id, std::string_view name,
                   SpanKind kind) const {
  return on() && own.sampled ? Span(queue_, own, parent_span_id, name, kind) : Span();
}

Parent Tracer::parent(const TraceContext& context) const {
  return on() && context.sampled ? Parent(queue_, context) : Parent();
}

std::vector<FinishedSpan> Tracer::take(std::size_t most) const {
  std::vector<FinishedSpan> taken;
  if (!on()) return taken;
  const std::lock_guard lock(queue_->mutex);
  const auto end = queue_->finished.begin() + static_cast<std::ptrdiff_t>(std::min(most, queue_->finished.size()));
  std::move(queue_->finished.begin(), end, std::back_inserter(taken));
  queue_->finished.erase(queue_->finished.begin(), end);
  return taken;
}

std::uint64_t Tracer::dropped() const {
  if (!on()) return 0;
  const std::lock_guard lock(queue_->mutex);
  return queue_->dropped;
}

std::size_t Tracer::waiting() const {
  if (!on()) return 0;
  const std::lock_guard lock(queue_->mutex);
  return queue_->finished.size();
}

}  // namespace valion::trace
