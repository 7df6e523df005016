#include <algorithm>
#include <cmath>

#include "services/reporting_service/render/charts.hpp"

namespace valion::reporting {
namespace {

constexpr double kRow = 17;
constexpr double kHead = 16, kFoot = 18;
constexpr double kNames = 176, kFactors = 48, kAmounts = 74;

struct Bounds {
  double lower, upper;
};

Bounds bounds_of(const report::ReportContent& content) {
  double lower = content.base_in_currency, upper = content.base_in_currency;
  for (const auto& step : content.waterfall) {
    lower = std::min({lower, step.before, step.after});
    upper = std::max({upper, step.before, step.after});
  }
  return {lower / 1.02, upper * 1.02};
}

std::string name_of(const report::ReportContent& content, const report::WaterfallStep& step, const Voice& voice) {
  const auto& effects = content.facts.explanation.effects;
  if (step.effects.size() > 1)
    return voice.texts.with(voice.texts.waterfall_others,
                            voice.format.count(static_cast<std::int64_t>(step.effects.size())));
  const auto& effect = effects[step.effects.front()];
  return effect.name + " = " + voice.format.cell(effect.value, effect.unit);
}

class Waterfall {
 public:
  Waterfall(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice)
      : canvas_(canvas),
        box_(box),
        content_(content),
        voice_(voice),
        plot_(box.inset(kNames + 8, kHead, kFactors + kAmounts + 10, kFoot)) {
    const Bounds bounds = bounds_of(content);
    axis_ = report::log_axis(bounds.lower, bounds.upper, 5);
  }

  void draw() {
    grid();
    total(0, std::string(voice_.texts.waterfall_base), content_.base_in_currency);
    for (std::size_t i = 0; i < content_.waterfall.size(); ++i) step(i);
    total(content_.waterfall.size() + 1, std::string(voice_.texts.waterfall_value), content_.facts.statement.value);
  }

 private:
  [[nodiscard]] double x_of(double amount) const {
    return plot_.x + plot_.width * std::clamp(axis_.position(amount), 0.0, 1.0);
  }
  [[nodiscard]] double middle_of(std::size_t row) const { return plot_.y + kRow * (static_cast<double>(row) + 0.5); }

  void grid() {
    TextStyle head = theme::kTableHead;
    canvas_.label({plot_.right() + kFactors, box_.y + 6}, voice_.texts.factor, head, Align::right, kFactors);
    canvas_.label({box_.right(), box_.y + 6}, voice_.texts.effect, head, Align::right, kAmounts);
    canvas_.label({box_.x, box_.y + 6}, voice_.texts.characteristic, head, Align::left, kNames);
    double free_from = plot_.x - 30;
    for (const double tick : axis_.ticks) {
      const double x = x_of(tick);
      canvas_.line({x, plot_.y}, {x, plot_.bottom()}, {0.5, theme::kGrid});
      const double half = canvas_.measure(voice_.format.short_money(tick), theme::kChartLabel).width / 2;
      if (x - half < free_from || x + half > plot_.right() + 30) continue;
      canvas_.label({x, plot_.bottom() + 8}, voice_.format.short_money(tick), theme::kChartLabel, Align::centre);
      free_from = x + half + 5;
    }
  }

  void total(std::size_t row, const std::string& name, double amount) {
    TextStyle strong = theme::kChartValue;
    strong.bold = true;
    const double y = middle_of(row), x = x_of(amount);
    canvas_.fill({box_.x, y - kRow / 2 + 0.5, box_.width, kRow - 1}, theme::kPanel, 2);
    canvas_.label({box_.x + 4, y}, name, strong, Align::left, kNames - 4);
    canvas_.line({plot_.x, y}, {x, y}, {1, theme::kAccentSoft});
    canvas_.fill({x - 1.4, y - 6, 2.8, 12}, row == 0 ? theme::kMuted : theme::kSubject);
    canvas_.label({box_.right() - 2, y}, voice_.format.money(amount), strong, Align::right, kAmounts + kFactors);
  }

  void step(std::size_t i) {
    const report::WaterfallStep& step = content_.waterfall[i];
    const double y = middle_of(i + 1);
    const double from = x_of(step.before), to = x_of(step.after);
    const bool up = step.after >= step.before;
    const Colour colour = up ? theme::kAccent : theme::kOpposite;
    canvas_.line({from, y - kRow * 0.5 - 5}, {from, y + 5}, {0.5, theme::kMuted, 1.5});
    canvas_.fill({std::min(from, to), y - 5, std::max(std::fabs(to - from), 0.8), 10}, colour, 0.8);
    canvas_.label({box_.x + 4, y}, name_of(content_, step, voice_), theme::kChartValue, Align::left, kNames - 4);
    TextStyle amount = theme::kChartValue;
    amount.colour = colour;
    canvas_.label({plot_.right() + kFactors, y}, voice_.format.factor(step.factor), theme::kChartValue, Align::right,
                  kFactors);
    canvas_.label({box_.right() - 2, y}, voice_.format.signed_money(step.after - step.before), amount, Align::right,
                  kAmounts);
  }

  Canvas& canvas_;
  Box box_;
  const report::ReportContent& content_;
  const Voice& voice_;
  Box plot_;
  report::Axis axis_;
};

}  // namespace

double waterfall_height(const report::ReportContent& content) {
  return kHead + kFoot + kRow * static_cast<double>(content.waterfall.size() + 2);
}

void draw_waterfall(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice) {
  Waterfall(canvas, box, content, voice).draw();
}

}  // namespace valion::reporting
