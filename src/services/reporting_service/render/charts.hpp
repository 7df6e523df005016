// The charts of a report, each drawn into a box of a canvas; one source file each. None draws outside its box, whatever the
// values. Words come from the texts of the language.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "domain/report/axis.hpp"
#include "domain/report/report_content.hpp"
#include "services/reporting_service/render/canvas.hpp"
#include "services/reporting_service/text/format.hpp"
#include "services/reporting_service/text/texts.hpp"
#include "services/reporting_service/text/wording.hpp"

namespace valion::reporting {

// chart_frame.cpp: gridlines, ticks with labels, axis titles. Returns the inner plot box.
struct ChartAxis {
  report::Axis axis;
  std::string title;
  std::function<std::string(double)> label;
};
Box draw_frame(Canvas& canvas, const Box& box, const ChartAxis& horizontal, const ChartAxis& vertical);
[[nodiscard]] Point place(const Box& plot, const report::Axis& horizontal, const report::Axis& vertical, double x,
                          double y);

// interval_line.cpp: the value on its 95 % and 80 % intervals, with the comparables' adjusted prices as dots.
inline constexpr double kIntervalLineHeight = 66;
void draw_interval_line(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);

// waterfall.cpp: from the base value to the value, a bar each step; names with the subject's values, factors, amounts.
[[nodiscard]] double waterfall_height(const report::ReportContent& content);
void draw_waterfall(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);

// comparables_map.cpp: the subject, the numbered comparables, rings of distance, scale bar, north. Needs facts.place.
void draw_comparables_map(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);

// scatter.cpp: observed price against estimate, logarithmic, with the line of equality and ±20 %.
void draw_scatter(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);
// Points are thinned evenly to this many; the caption says so.
inline constexpr std::size_t kMostPoints = 6'000;
[[nodiscard]] std::size_t thinning(std::size_t sales);  // every how many-th sale is drawn

// ratio_histogram.cpp
void draw_ratio_histogram(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);
// ratio_plot.cpp: ratio against price, with the medians of the value bands.
void draw_ratio_plot(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);

// ratio_gauges.cpp: median, COD, PRD and PRB, each on a scale with its published range as a band.
inline constexpr double kRatioGaugesHeight = 150;
void draw_ratio_gauges(Canvas& canvas, const Box& box, const report::ReportContent& content, const Voice& voice);

// bars.cpp: horizontal bars with names and values, longest first.
struct Bar {
  std::string name, value;
  double length = 0;  // >= 0
};
[[nodiscard]] double bars_height(std::size_t bars);
void draw_bars(Canvas& canvas, const Box& box, const std::vector<Bar>& bars);

}  // namespace valion::reporting
