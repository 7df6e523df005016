// This process as Prometheus users know it: process_cpu_seconds_total, process_resident_memory_bytes, … and, since services
// share their pages, process_proportional_memory_bytes (PSS).
#pragma once

#include <cstdint>

#include "platform/metrics/metrics.hpp"

namespace valion::metrics {

struct ProcessFigures {
  double cpu_seconds = 0;  // user and system, since the start
  double resident_bytes = 0;
  double proportional_bytes = 0;  // 0 where the kernel does not tell (no smaps_rollup)
  double virtual_bytes = 0;
  double open_files = 0;
  double most_files = 0;
  double threads = 0;
  double start_seconds = 0;  // since 1970
};
// Reads /proc/self: about 0.2 ms, most of it for the proportional memory.
[[nodiscard]] ProcessFigures read_process_figures();

// Brings the families up to date; call before the text is made.
class ProcessMetrics {
 public:
  explicit ProcessMetrics(Registry& registry);
  void update();

 private:
  Registry& registry_;
  prometheus::Counter& cpu_seconds_;
  double counted_cpu_seconds_ = 0;
};

}  // namespace valion::metrics
