// Reading a Prometheus exposition (text format 0.0.4) back, for people who ask how a service does.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace valion::app {

struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

// Lines that are no samples are skipped.
[[nodiscard]] std::vector<Sample> read_exposition(std::string_view text);

// Of all series of a histogram together that `wanted` lets pass: the quantile in the histogram's unit, linear within its bucket
// (as Prometheus' histogram_quantile); NaN when nothing was observed, the last finite bound when it lies above it.
[[nodiscard]] double histogram_quantile(const std::vector<Sample>& samples, const std::string& histogram,
                                        double quantile, bool (*wanted)(const Sample&));

}  // namespace valion::app
