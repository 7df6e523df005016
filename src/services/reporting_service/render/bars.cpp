#include <algorithm>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

constexpr double kRow = 13.5;
constexpr double kNames = 176, kValues = 52;

}  // namespace

double bars_height(std::size_t bars) { return kRow * static_cast<double>(bars) + 4; }

void draw_bars(Canvas& canvas, const Box& box, const std::vector<Bar>& bars) {
  double longest = 0;
  for (const Bar& bar : bars) longest = std::max(longest, bar.length);
  const Box plot = box.inset(kNames + 8, 0, kValues, 0);
  double y = box.y + kRow / 2;
  for (const Bar& bar : bars) {
    canvas.label({box.x + 4, y}, bar.name, theme::kChartValue, Align::left, kNames - 4);
    const double width = longest > 0 ? plot.width * bar.length / longest : 0;
    canvas.fill({plot.x, y - 4, std::max(width, 0.6), 8}, theme::kAccent, 1);
    canvas.label({plot.x + width + 5, y}, bar.value, theme::kChartValue, Align::left, kValues);
    y += kRow;
  }
}

}  // namespace valion::reporting
