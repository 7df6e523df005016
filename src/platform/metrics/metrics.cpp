#include "platform/metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <set>

namespace valion::metrics {
namespace {

constexpr const char* kOther = "other";

Labels all_other(const Labels& labels) {
  Labels other;
  for (const auto& [name, value] : labels) other.emplace(name, kOther);
  return other;
}

}  // namespace

struct Registry::State {
  Labels constant_labels;
  std::size_t most_series = kMostSeries;
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, std::set<Labels>> known;                            // series by family
  std::map<std::string, std::map<Labels, prometheus::Gauge*>> replaceable;  // families of replace_gauges()

  prometheus::Counter& refused() {
    return prometheus::BuildCounter()
        .Name("metrics_series_refused_total")
        .Help("Series that a family had no room for; counted as `other`")
        .Labels(constant_labels)
        .Register(registry)
        .Add({});
  }
};

Registry::Registry(Labels constant_labels, std::size_t most_series) : state_(new State) {
  state_->constant_labels = std::move(constant_labels);
  state_->most_series = most_series;
  state_->refused();  // at 0 from the start
}
Registry::~Registry() = default;

Labels Registry::admitted(const std::string& family, const Labels& labels) {
  const std::lock_guard lock(state_->mutex);
  std::set<Labels>& known = state_->known[family];
  if (known.contains(labels)) return labels;
  if (known.size() >= state_->most_series) {
    state_->refused().Increment();
    return all_other(labels);
  }
  known.insert(labels);
  return labels;
}

// prometheus-cpp gives the same family for an equal name and the same metric for equal labels.
prometheus::Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(admitted(name, labels));
}

prometheus::Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(admitted(name, labels));
}

prometheus::Histogram& Registry::latency(const std::string& name, const std::string& help, const Labels& labels) {
  const prometheus::Histogram::BucketBoundaries seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                        0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(admitted(name, labels), seconds);
}

void Registry::replace_gauges(const std::string& name, const std::string& help,
                              const std::vector<std::pair<Labels, double>>& values) {
  auto& family =
      prometheus::BuildGauge().Name(name).Help(help).Labels(state_->constant_labels).Register(state_->registry);
  const std::lock_guard lock(state_->mutex);
  auto& present = state_->replaceable[name];
  std::map<Labels, prometheus::Gauge*> wanted;
  for (const auto& [labels, value] : values) {
    if (wanted.size() >= state_->most_series) {
      state_->refused().Increment();
      continue;
    }
    prometheus::Gauge& gauge = family.Add(labels);
    gauge.Set(value);
    wanted.emplace(labels, &gauge);
  }
  for (const auto& [labels, gauge] : present) {
    if (!wanted.contains(labels)) family.Remove(gauge);
  }
  present = std::move(wanted);
}

std::shared_ptr<const void> Registry::alive() const noexcept { return state_; }

std::string Registry::text() const { return prometheus::TextSerializer().Serialize(state_->registry.Collect()); }

}  // namespace valion::metrics
