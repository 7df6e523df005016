#include "app/status/exposition_reader.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace valion::app {
namespace {

// `{a="b",c="d\"e"}` from `at`, which is moved behind it.
std::map<std::string, std::string> read_labels(std::string_view line, std::size_t& at) {
  std::map<std::string, std::string> labels;
  ++at;  // {
  while (at < line.size() && line[at] != '}') {
    const std::size_t equals = line.find('=', at);
    if (equals == std::string_view::npos || equals + 1 >= line.size()) break;
    const std::string name(line.substr(at, equals - at));
    std::string value;
    for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
      if (line[at] == '\\' && at + 1 < line.size()) ++at;
      value += line[at];
    }
    labels[name] = value;
    ++at;  // "
    if (at < line.size() && line[at] == ',') ++at;
  }
  ++at;  // }
  return labels;
}

double bound_of(const std::string& text) {
  return text == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(text.c_str(), nullptr);
}

}  // namespace

std::vector<Sample> read_exposition(std::string_view text) {
  std::vector<Sample> samples;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    if (line.empty() || line[0] == '#') continue;
    std::size_t at = line.find_first_of("{ ");
    if (at == std::string_view::npos) continue;
    Sample sample{std::string(line.substr(0, at)), {}, 0};
    if (line[at] == '{') sample.labels = read_labels(line, at);
    if (at >= line.size()) continue;
    sample.value = std::strtod(std::string(line.substr(at)).c_str(), nullptr);
    samples.push_back(std::move(sample));
  }
  return samples;
}

double histogram_quantile(const std::vector<Sample>& samples, const std::string& histogram, double quantile,
                          bool (*wanted)(const Sample&)) {
  std::map<double, double> buckets;  // upper bound > how many lie at or below it
  for (const Sample& sample : samples) {
    const auto bound = sample.labels.find("le");
    if (sample.name == histogram + "_bucket" && bound != sample.labels.end() && wanted(sample)) {
      buckets[bound_of(bound->second)] += sample.value;
    }
  }
  const double total = buckets.empty() ? 0 : buckets.rbegin()->second;
  if (total <= 0) return std::numeric_limits<double>::quiet_NaN();
  double below = 0, lower = 0;
  for (const auto& [upper, count] : buckets) {
    if (count >= quantile * total) {
      if (std::isinf(upper)) return lower;
      return count == below ? upper : lower + (upper - lower) * (quantile * total - below) / (count - below);
    }
    lower = upper;
    below = count;
  }
  return lower;
}

}  // namespace valion::app
