#include <algorithm>
#include <cmath>

#include "domain/stats/descriptive.hpp"
#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {

std::size_t thinning(std::size_t sales) { return (sales + kMostPoints - 1) / std::max<std::size_t>(kMostPoints, 1); }

void draw_scatter(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  const auto& sales = content.facts.test_sales;
  if (sales.empty()) return;
  double lower = sales.front().price, upper = lower;
  for (const auto& sale : sales) {
    lower = std::min({lower, sale.price, sale.estimate});
    upper = std::max({upper, sale.price, sale.estimate});
  }
  const report::Axis axis = report::log_axis(lower / 1.15, upper * 1.15, 6);
  const auto money = [&](double amount) { return voice.format.short_money(amount); };
  const Box plot = draw_frame(canvas, box, {axis, std::string(voice.texts.axis_price), money},
                              {axis, std::string(voice.texts.axis_estimate), money});
  canvas.push_clip(plot);
  const auto line = [&](double ratio, const Stroke& stroke) {
    canvas.line(place(plot, axis, axis, lower / 2, lower / 2 * ratio),
                place(plot, axis, axis, upper * 2, upper * 2 * ratio), stroke);
  };
  const std::size_t every = std::max<std::size_t>(thinning(sales.size()), 1);
  const double radius = sales.size() > 1000 ? 0.9 : sales.size() > 200 ? 1.3 : 1.8;
  const Colour colour = rgb(0x1f6f8b, sales.size() > 1000 ? 0.35 : 0.6);
  for (std::size_t i = 0; i < sales.size(); i += every) {
    canvas.dot(place(plot, axis, axis, sales[i].price, sales[i].estimate), radius, colour);
  }
  line(1.2, {0.7, theme::kMuted, 3});
  line(1 / 1.2, {0.7, theme::kMuted, 3});
  line(1, {1, theme::kInk});
  canvas.pop_clip();
}

}  // namespace valion::reporting
