#include <algorithm>
#include <cmath>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

struct Gauge {
  std::string name;
  report::Range range;
  int decimals;
  double model;
  std::optional<double> raw, rescaled;
};

std::vector<Gauge> gauges_of(const report::ReportContent& content, const Voice& voice) {
  const report::ModelFacts& model = content.facts.model;
  const auto gauge = [&](std::string_view name, report::Range range, int decimals, double report::Accuracy::*measure) {
    Gauge one{std::string(name), range, decimals, model.test.*measure, {}, {}};
    if (model.benchmark) one.raw = (*model.benchmark).*measure;
    if (model.benchmark_rescaled) one.rescaled = (*model.benchmark_rescaled).*measure;
    return one;
  };
  return {gauge(voice.texts.median_ratio, report::kMedianRatioRange, 3, &report::Accuracy::median_ratio),
          gauge(voice.texts.cod, report::kCodRange, 1, &report::Accuracy::cod),
          gauge(voice.texts.prd, report::kPrdRange, 3, &report::Accuracy::prd),
          gauge(voice.texts.prb, report::kPrbRange, 3, &report::Accuracy::prb)};
}

void draw_gauge(Canvas& canvas, const Box& box, const Gauge& gauge, const Voice& voice) {
  constexpr double kNames = 132, kValues = 44;
  const double width = gauge.range.upper - gauge.range.lower;
  const report::Axis axis = report::linear_axis(gauge.range.lower - 1.5 * width, gauge.range.upper + 1.5 * width, 6);
  const Box plot = box.inset(kNames, 0, kValues, 0);
  const double middle = box.y + 12;
  const auto x_of = [&](double value) { return plot.x + plot.width * std::clamp(axis.position(value), 0.0, 1.0); };
  canvas.label({box.x, middle}, gauge.name, theme::kChartValue, Align::left, kNames - 10);
  canvas.fill({plot.x, middle - 5, plot.width, 10}, theme::kPanel, 2);
  canvas.fill({x_of(gauge.range.lower), middle - 5, x_of(gauge.range.upper) - x_of(gauge.range.lower), 10},
              theme::kRangeBand);
  for (const double end : {gauge.range.lower, gauge.range.upper}) {
    canvas.line({x_of(end), middle - 5}, {x_of(end), middle + 8}, {0.6, theme::kGood});
    canvas.label({x_of(end), middle + 13}, voice.format.number(end, gauge.decimals > 1 ? 2 : 0), theme::kChartLabel,
                 Align::centre);
  }
  const auto mark = [&](double value, Colour colour, bool filled) {
    const double x = x_of(value);
    const std::vector<Point> diamond{{x, middle - 5}, {x + 4, middle}, {x, middle + 5}, {x - 4, middle}};
    if (filled) return canvas.polygon(diamond, colour);
    canvas.polyline({diamond[0], diamond[1], diamond[2], diamond[3], diamond[0]}, {1, colour});
  };
  if (gauge.raw && std::isfinite(*gauge.raw)) mark(*gauge.raw, theme::kBenchmark, true);
  if (gauge.rescaled && std::isfinite(*gauge.rescaled)) mark(*gauge.rescaled, theme::kBenchmark, false);
  if (std::isfinite(gauge.model)) mark(gauge.model, theme::kAccent, true);
  TextStyle value = theme::kChartValue;
  value.bold = true;
  const bool inside = report::stand_of(gauge.model, gauge.range) == report::Standing::inside;
  value.colour = inside ? theme::kGood : theme::kOpposite;
  canvas.label({box.right(), middle}, voice.format.number(gauge.model, gauge.decimals), value, Align::right, kValues);
}

}  // namespace

void draw_ratio_gauges(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  double y = box.y;
  for (const Gauge& gauge : gauges_of(content, voice)) {
    draw_gauge(canvas, {box.x, y, box.width, 32}, gauge, voice);
    y += 33;
  }
  double x = box.x + 132;
  const auto key = [&](Colour colour, bool filled, std::string_view text) {
    const std::vector<Point> diamond{{x + 4, y + 2}, {x + 8, y + 6}, {x + 4, y + 10}, {x, y + 6}};
    if (filled) {
      canvas.polygon(diamond, colour);
    } else {
      canvas.polyline({diamond[0], diamond[1], diamond[2], diamond[3], diamond[0]}, {1, colour});
    }
    canvas.label({x + 13, y + 6}, text, theme::kChartLabel);
    x += canvas.measure(text, theme::kChartLabel).width + 28;
  };
  key(theme::kAccent, true, voice.texts.this_model);
  if (content.facts.model.benchmark) key(theme::kBenchmark, true, voice.texts.benchmark_raw);
  if (content.facts.model.benchmark_rescaled) key(theme::kBenchmark, false, voice.texts.benchmark_rescaled);
  canvas.fill({x, y + 2, 10, 8}, theme::kRangeBand);
  canvas.label({x + 13, y + 6}, voice.texts.iaao_range, theme::kChartLabel);
}

}  // namespace valion::reporting
