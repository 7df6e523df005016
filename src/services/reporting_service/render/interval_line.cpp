#include <algorithm>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

report::Axis axis_for(const report::ReportContent& content) {
  const report::Statement& statement = content.facts.statement;
  double lower = std::min(statement.span95.lower, statement.value);
  double upper = std::max(statement.span95.upper, statement.value);
  const double margin = (upper - lower) * 0.06;
  return report::linear_axis(std::max(lower - margin, 0.0), upper + margin, 6);
}

}  // namespace

void draw_interval_line(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  const report::Statement& statement = content.facts.statement;
  const report::Axis axis = axis_for(content);
  const Box plot = box.inset(14, 0, 14, 0);
  const auto x_of = [&](double amount) { return plot.x + plot.width * std::clamp(axis.position(amount), 0.0, 1.0); };
  const double middle = box.y + 22;
  for (const double tick : axis.ticks) {
    canvas.line({x_of(tick), middle - 14}, {x_of(tick), middle + 15}, {0.5, theme::kGrid});
    canvas.label({x_of(tick), middle + 22}, voice.format.short_money(tick), theme::kChartLabel, Align::centre);
  }
  const auto bar = [&](const report::Span& span, double half, Colour colour) {
    canvas.fill({x_of(span.lower), middle - half, std::max(x_of(span.upper) - x_of(span.lower), 1.0), 2 * half}, colour,
                1.5);
  };
  bar(statement.span95, 5, theme::kAccentSoft);
  bar(statement.span80, 5, theme::kAccent);
  for (const auto& line : content.facts.comparables) {
    if (axis.position(line.adjusted_price) >= 0 && axis.position(line.adjusted_price) <= 1) {
      canvas.circle({x_of(line.adjusted_price), middle + 11}, 2, {0.9, theme::kBenchmark});
    }
  }
  const double value = x_of(statement.value);
  canvas.line({value, middle - 11}, {value, middle + 8}, {2.2, theme::kSubject});
  canvas.polygon({{value - 4, middle - 15}, {value + 4, middle - 15}, {value, middle - 9}}, theme::kSubject);

  double x = plot.x;
  const double y = box.y + box.height - 8;
  const auto key = [&](Colour colour, const std::string& text, bool dot) {
    const double width = canvas.measure(text, theme::kChartLabel).width;
    if (x + width + 12 > box.right()) return;
    if (dot) {
      canvas.circle({x + 4, y}, 2, {0.9, colour});
    } else {
      canvas.fill({x, y - 2.5, 8, 5}, colour, 1);
    }
    canvas.label({x + 12, y}, text, theme::kChartLabel);
    x += width + 28;
  };
  key(theme::kSubject, std::string(voice.texts.value), false);
  key(theme::kAccent, std::string(voice.texts.interval80), false);
  key(theme::kAccentSoft, std::string(voice.texts.interval95), false);
  if (!content.facts.comparables.empty())
    key(theme::kBenchmark, std::string(voice.texts.comparables_adjusted_key), true);
}

}  // namespace valion::reporting
