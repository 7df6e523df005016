#include <algorithm>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {

void draw_ratio_plot(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  const auto& sales = content.facts.test_sales;
  if (sales.empty()) return;
  double lower = sales.front().price, upper = lower;
  for (const auto& sale : sales) {
    lower = std::min(lower, sale.price);
    upper = std::max(upper, sale.price);
  }
  const report::Axis x = report::log_axis(lower / 1.15, upper * 1.15, 7);
  report::Axis y{0.4, 2.5, {0.5, 0.75, 1.0, 1.5, 2.0}, true};
  const Box plot = draw_frame(
      canvas, box,
      {x, std::string(voice.texts.axis_price), [&](double amount) { return voice.format.short_money(amount); }},
      {y, std::string(voice.texts.axis_ratio), [&](double ratio) { return voice.format.number(ratio, 2); }});
  canvas.push_clip(plot);
  const Point band_top = place(plot, x, y, lower, report::kMedianRatioRange.upper),
              band_bottom = place(plot, x, y, lower, report::kMedianRatioRange.lower);
  canvas.fill({plot.x, band_top.y, plot.width, band_bottom.y - band_top.y}, rgb(0x2f7d4f, 0.12));
  const std::size_t every = std::max<std::size_t>(thinning(sales.size()), 1);
  const double radius = sales.size() > 1000 ? 0.9 : sales.size() > 200 ? 1.3 : 1.8;
  const Colour colour = rgb(0x1f6f8b, sales.size() > 1000 ? 0.35 : 0.6);
  for (std::size_t i = 0; i < sales.size(); i += every) {
    const double ratio =
        std::clamp(sales[i].ratio(), y.lower * 1.005, y.upper / 1.005);  // those beyond lie on the edge
    canvas.dot(place(plot, x, y, sales[i].price, ratio), radius, colour);
  }
  const double one = place(plot, x, y, lower, 1).y;
  canvas.line({plot.x, one}, {plot.right(), one}, {0.8, theme::kInk});
  std::vector<Point> medians;
  for (const auto& band : content.by_value) {
    medians.push_back(place(plot, x, y, band.median_price, std::clamp(band.median_ratio, y.lower, y.upper)));
  }
  if (medians.size() > 1) canvas.polyline(medians, {1.4, theme::kSubject});
  for (const Point& median : medians) canvas.dot(median, 2.6, theme::kSubject);
  canvas.pop_clip();
}

}  // namespace valion::reporting
