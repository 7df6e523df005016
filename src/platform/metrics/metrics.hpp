// Prometheus metrics through prometheus-cpp. Handles are made once and kept: looking one up costs 300 ns, using it 10.
//
// Names as Prometheus wants them: `things_total` for counters, base units (`_seconds`, `_bytes`, `_ratio`), no unit of ours.
// docs/observability.md lists every family; a test compares that list with the running system.
//
// A family has at most kMostSeries series. Whoever asks for one more gets the family's series whose label values are all
// `other`, so that sums stay right, and metrics_series_refused_total counts it: labels of unbounded values (ids,
// paths, users) are a bug, and this keeps it small.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
}  // namespace prometheus

namespace valion::metrics {

using Labels = std::map<std::string, std::string>;

inline constexpr std::size_t kMostSeries = 256;  // per family
inline constexpr const char* kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

class Registry {
 public:
  explicit Registry(Labels constant_labels, std::size_t most_series = kMostSeries);
  ~Registry();
  // References live as long as the registry. Asking again for equal name and labels gives the same handle. Thread-safe.
  // A series stands in the text from this moment on, at 0: make counters at start, not at the first event.
  prometheus::Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  prometheus::Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // Seconds, from 0.5 ms to 60 s.
  prometheus::Histogram& latency(const std::string& name, const std::string& help, const Labels& labels = {});

  // The family holds these series and no others: for what comes and goes, as the latest models do. At most kMostSeries are
  // taken. Keep no handles of such a family.
  void replace_gauges(const std::string& name, const std::string& help,
                      const std::vector<std::pair<Labels, double>>& values);

  // Keeps handles valid for those who may outlive the registry, as coroutines that a loop takes down last do.
  [[nodiscard]] std::shared_ptr<const void> alive() const noexcept;

  [[nodiscard]] std::string text() const;  // text exposition format 0.0.4, kTextFormat

 private:
  // The labels to use: those asked for, or all `other`.
  [[nodiscard]] Labels admitted(const std::string& family, const Labels& labels);
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace valion::metrics
