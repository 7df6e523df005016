#include "platform/metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace valion::metrics {

struct Registry::State {
  Labels constant_labels;
  prometheus::Registry registry;
};

Registry::Registry(Labels constant_labels) : state_(new State) { state_->constant_labels = std::move(constant_labels); }
Registry::~Registry() = default;

// prometheus-cpp gives the same family for an equal name and the same metric for equal labels.
prometheus::Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildCounter()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(labels);
}

prometheus::Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return prometheus::BuildGauge()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(labels);
}

prometheus::Histogram& Registry::latency(const std::string& name, const std::string& help, const Labels& labels) {
  const prometheus::Histogram::BucketBoundaries seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                                        0.25,   0.5,   1,      2.5,   5,    10,    30,   60};
  return prometheus::BuildHistogram()
      .Name(name)
      .Help(help)
      .Labels(state_->constant_labels)
      .Register(state_->registry)
      .Add(labels, seconds);
}

std::string Registry::text() const { return prometheus::TextSerializer().Serialize(state_->registry.Collect()); }

}  // namespace valion::metrics
