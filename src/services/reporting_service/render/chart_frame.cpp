#include <algorithm>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

constexpr double kTickGap = 4;

double widest_label(const Canvas& canvas, const ChartAxis& axis) {
  double widest = 0;
  for (const double tick : axis.axis.ticks)
    widest = std::max(widest, canvas.measure(axis.label(tick), theme::kChartLabel).width);
  return widest;
}

}  // namespace

Point place(const Box& plot, const report::Axis& horizontal, const report::Axis& vertical, double x, double y) {
  return {plot.x + plot.width * horizontal.position(x), plot.bottom() - plot.height * vertical.position(y)};
}

Box draw_frame(Canvas& canvas, const Box& box, const ChartAxis& horizontal, const ChartAxis& vertical) {
  const double left = std::min(widest_label(canvas, vertical) + kTickGap + 2, box.width / 3);
  const Box plot = box.inset(left, 14, 10, 27);
  canvas.fill(plot, theme::kPaper);
  for (const double tick : vertical.axis.ticks) {
    const double y = plot.bottom() - plot.height * vertical.axis.position(tick);
    canvas.line({plot.x, y}, {plot.right(), y}, {0.5, theme::kGrid});
    canvas.label({plot.x - kTickGap, y}, vertical.label(tick), theme::kChartLabel, Align::right, left - kTickGap);
  }
  double free_from = box.x;
  for (const double tick : horizontal.axis.ticks) {
    const double x = plot.x + plot.width * horizontal.axis.position(tick);
    canvas.line({x, plot.y}, {x, plot.bottom()}, {0.5, theme::kGrid});
    const double half = canvas.measure(horizontal.label(tick), theme::kChartLabel).width / 2;
    if (x - half < free_from || x + half > box.right() + 4) continue;  // a label that would touch its neighbour
    canvas.label({x, plot.bottom() + 7}, horizontal.label(tick), theme::kChartLabel, Align::centre);
    free_from = x + half + 4;
  }
  canvas.line({plot.x, plot.bottom()}, {plot.right(), plot.bottom()}, {0.8, theme::kMuted});
  canvas.label({plot.right(), plot.bottom() + 19}, horizontal.title, theme::kChartLabel, Align::right, plot.width);
  canvas.label({box.x, box.y + 5}, vertical.title, theme::kChartLabel, Align::left, box.width);
  return plot;
}

}  // namespace valion::reporting
