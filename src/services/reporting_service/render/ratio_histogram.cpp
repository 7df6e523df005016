#include <algorithm>
#include <cmath>
#include <numeric>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

double total_of(const report::Histogram& histogram) {
  return static_cast<double>(
      std::accumulate(histogram.counts.begin(), histogram.counts.end(), histogram.below + histogram.above));
}

double share(const report::Histogram& histogram, std::size_t bin) {
  return static_cast<double>(histogram.counts[bin]) / std::max(total_of(histogram), 1.0);
}

double highest(const report::Histogram& histogram) {
  return static_cast<double>(*std::max_element(histogram.counts.begin(), histogram.counts.end())) /
         std::max(total_of(histogram), 1.0);
}

}  // namespace

void draw_ratio_histogram(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  const report::Histogram& model = content.ratio_histogram;
  const auto& benchmark = content.benchmark_histogram;
  const double top = std::max({highest(model), benchmark ? highest(*benchmark) : 0.0, 0.01});
  report::Axis x = report::linear_axis(0.4, 1.8, 7);
  x.lower = model.lower;
  x.upper = model.upper();
  const report::Axis y = report::linear_axis(0, top * 1.08, 4);
  // Whole percents, unless the ticks fall between them.
  const bool whole = std::all_of(y.ticks.begin(), y.ticks.end(),
                                 [](double tick) { return std::fabs(std::remainder(tick, 0.01)) < 1e-9; });
  const Box plot = draw_frame(
      canvas, box,
      {x, std::string(voice.texts.axis_ratio), [&](double ratio) { return voice.format.number(ratio, 1); }},
      {y, std::string(voice.texts.axis_share), [&](double part) { return voice.format.percent(part, whole ? 0 : 1); }});
  const auto at = [&](double ratio, double part) { return place(plot, x, y, ratio, part); };
  const Point band_left = at(report::kMedianRatioRange.lower, 0), band_right = at(report::kMedianRatioRange.upper, 0);
  canvas.fill({band_left.x, plot.y, band_right.x - band_left.x, plot.height}, rgb(0x2f7d4f, 0.12));
  for (std::size_t i = 0; i < model.counts.size(); ++i) {
    const double left = model.lower + model.width * static_cast<double>(i);
    const Point corner = at(left, share(model, i));
    const double width = at(left + model.width, 0).x - corner.x;
    canvas.fill({corner.x + 0.4, corner.y, width - 0.8, plot.bottom() - corner.y}, rgb(0x1f6f8b, 0.85));
  }
  if (benchmark) {
    std::vector<Point> steps;
    for (std::size_t i = 0; i < benchmark->counts.size(); ++i) {
      const double left = benchmark->lower + benchmark->width * static_cast<double>(i);
      steps.push_back(at(left, share(*benchmark, i)));
      steps.push_back(at(left + benchmark->width, share(*benchmark, i)));
    }
    canvas.polyline(steps, {1.1, theme::kBenchmark});
  }
  if (content.ratios) {
    const double median = std::clamp(content.ratios->median, x.lower, x.upper);
    canvas.line({at(median, 0).x, plot.y}, {at(median, 0).x, plot.bottom()}, {1.2, theme::kSubject});
  }
}

}  // namespace valion::reporting
