// Prometheus metrics through prometheus-cpp. Handles are made once and kept: looking one up costs 300 ns, using it 10.
#pragma once

#include <map>
#include <memory>
#include <string>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace valion::metrics {

using Labels = std::map<std::string, std::string>;

class Registry {
 public:
  explicit Registry(Labels constant_labels);
  ~Registry();
  // References live as long as the registry. Asking again for equal name and labels gives the same handle. Thread-safe.
  prometheus::Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  prometheus::Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // Seconds, from 0.5 ms to 60 s.
  prometheus::Histogram& latency(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] std::string text() const;  // text exposition format 0.0.4

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace valion::metrics
