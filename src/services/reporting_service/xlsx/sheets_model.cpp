#include <algorithm>

#include "services/reporting_service/xlsx/sheets.hpp"

namespace valion::reporting {
namespace {

using report::Accuracy;

struct NamedAccuracy {
  std::string name;
  const Accuracy* accuracy;
};

std::vector<NamedAccuracy> accuracies_of(const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  std::vector<NamedAccuracy> all{{std::string(t.test_untrimmed), &model.test}};
  if (model.train_minimum_target)
    all.push_back({t.with(t.test_trimmed, voice.format.money(*model.train_minimum_target)), &model.test_trimmed});
  const std::string benchmark = model.benchmark_column.value_or("");
  if (model.benchmark) all.push_back({benchmark + ", " + std::string(t.benchmark_raw), &*model.benchmark});
  if (model.benchmark_rescaled)
    all.push_back({benchmark + ", " + std::string(t.benchmark_rescaled), &*model.benchmark_rescaled});
  for (const auto& candidate : model.candidates) {
    all.push_back({t.with(t.cross_validation, model_name(candidate.model, t)), &candidate.cross_validation});
    all.push_back({t.with(t.test_of, model_name(candidate.model, t)), &candidate.test});
  }
  return all;
}

std::string range_of(const std::string& sheet, const char* column, lxw_row_t from, lxw_row_t to) {
  return "='" + sheet + "'!$" + column + "$" + std::to_string(from + 1) + ":$" + column + "$" + std::to_string(to + 1);
}

void groups(Sheet& sheet, const std::vector<report::RatioGroup>& all, bool quarters, const Voice& voice) {
  const Texts& t = voice.texts;
  for (const auto& group : all) {
    if (quarters) {
      sheet.text(t.with(t.quarter_name, std::to_string(group.year), std::to_string(group.quarter)));
      sheet.skip();
    } else {
      sheet.number(group.from, Look::money);
      sheet.number(group.to, Look::money);
    }
    sheet.number(static_cast<double>(group.n), Look::count);
    sheet.number(group.median_price, Look::money);
    sheet.number(group.median_ratio, Look::ratio);
    sheet.number(group.cod, Look::ratio);
    sheet.number(group.prd, Look::ratio);
    sheet.number(group.prb, Look::ratio);
    sheet.number(group.coverage80, Look::percent);
    sheet.next_row();
  }
}

void bands_chart(Workbook& book, Sheet& sheet, lxw_row_t first, lxw_row_t last) {
  if (last < first) return;
  lxw_chart* chart = workbook_add_chart(book.get(), LXW_CHART_COLUMN);
  lxw_chart_series* series = chart_add_series(chart, range_of(sheet.name(), "D", first, last).c_str(),
                                              range_of(sheet.name(), "E", first, last).c_str());
  chart_series_set_name(series, std::string(book.voice().texts.median_ratio).c_str());
  chart_title_set_name(chart, std::string(book.voice().texts.by_value_title).c_str());
  chart_axis_set_name(chart->x_axis, std::string(book.voice().texts.median_price).c_str());
  chart_axis_set_name(chart->y_axis, std::string(book.voice().texts.median_ratio).c_str());
  chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  worksheet_insert_chart(sheet.get(), 1, 10, chart);
}

void sales_chart(Workbook& book, Sheet& sheet, lxw_row_t last) {
  if (last < 1) return;
  const Texts& t = book.voice().texts;
  lxw_chart* chart = workbook_add_chart(book.get(), LXW_CHART_SCATTER);
  lxw_chart_series* series = chart_add_series(chart, range_of(sheet.name(), "B", 1, last).c_str(),
                                              range_of(sheet.name(), "C", 1, last).c_str());
  chart_series_set_name(series, std::string(t.estimate).c_str());
  chart_series_set_marker_type(series, LXW_CHART_MARKER_CIRCLE);
  chart_series_set_marker_size(series, 3);
  chart_title_set_name(chart, std::string(t.scatter_title).c_str());
  chart_axis_set_name(chart->x_axis, std::string(t.axis_price).c_str());
  chart_axis_set_name(chart->y_axis, std::string(t.axis_estimate).c_str());
  chart_axis_set_log_base(chart->x_axis, 10);
  chart_axis_set_log_base(chart->y_axis, 10);
  chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  lxw_chart_options size{};
  size.x_scale = 1.3;
  size.y_scale = 1.7;
  worksheet_insert_chart_opt(sheet.get(), 1, 10, chart, &size);
}

}  // namespace

void metrics_sheet(Workbook& book, const report::ReportContent& content) {
  const Voice& voice = book.voice();
  const Texts& t = voice.texts;
  Sheet sheet(book, t.sheet_metrics);
  sheet.heading({{std::string(t.measure), 52},
                 {std::string(t.sales), 10},
                 {std::string(t.mdape), 12},
                 {std::string(t.mape), 12},
                 {std::string(t.ppe10), 12},
                 {std::string(t.ppe20), 12},
                 {std::string(t.median_ratio), 12},
                 {std::string(t.cod), 10},
                 {std::string(t.prd), 10},
                 {std::string(t.prb), 10},
                 {std::string(t.r2), 12},
                 {std::string(t.coverage80), 14},
                 {std::string(t.coverage95), 14}});
  for (const auto& [name, accuracy] : accuracies_of(content.facts.model, voice)) {
    sheet.text(name, Look::wrapped);
    sheet.number(static_cast<double>(accuracy->n), Look::count);
    for (const double share : {accuracy->mdape, accuracy->mape, accuracy->ppe10, accuracy->ppe20})
      sheet.number(share, Look::percent);
    for (const double value : {accuracy->median_ratio, accuracy->cod, accuracy->prd, accuracy->prb, accuracy->r2})
      sheet.number(value, Look::ratio);
    sheet.number(accuracy->coverage80, Look::percent);
    sheet.number(accuracy->coverage95, Look::percent);
    sheet.next_row();
  }
  sheet.filter(0, 13);
  sheet.next_row();
  sheet.text(std::string(t.market_trend) + " (log)", Look::bold);
  sheet.number(content.facts.model.trend_per_year, Look::fine);
  sheet.next_row();
  sheet.next_row();
  sheet.heading({{std::string(t.characteristic), 0}, {std::string(t.importance), 0}});
  for (const auto& one : content.facts.model.importance) {
    sheet.text(one.feature);
    sheet.number(one.mean_absolute_contribution, Look::fine);
    sheet.next_row();
  }
}

void coefficients_sheet(Workbook& book, const report::ReportContent& content) {
  const auto& candidates = content.facts.model.candidates;
  if (std::all_of(candidates.begin(), candidates.end(),
                  [](const report::Candidate& one) { return one.coefficients.empty(); }))
    return;
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_coefficients);
  sheet.heading({{std::string(t.model), 30},
                 {std::string(t.term), 40},
                 {std::string(t.estimate), 15},
                 {std::string(t.standard_error), 15},
                 {"t", 12},
                 {"p", 12}});
  for (const auto& candidate : candidates) {
    for (const auto& one : candidate.coefficients) {
      sheet.text(model_name(candidate.model, t));
      sheet.text(one.term);
      sheet.number(one.estimate, Look::general);
      sheet.number(one.standard_error, Look::general);
      sheet.number(one.t, Look::ratio);
      sheet.number(one.p, Look::fine);
      sheet.next_row();
    }
  }
  sheet.filter(0, 6);
}

void ratio_sheet(Workbook& book, const report::ReportContent& content) {
  const Voice& voice = book.voice();
  const Texts& t = voice.texts;
  Sheet sheet(book, t.sheet_ratio);
  sheet.heading({{std::string(t.band_from), 18},
                 {std::string(t.band_to), 18},
                 {std::string(t.sales), 10},
                 {std::string(t.median_price), 14},
                 {std::string(t.median_ratio), 12},
                 {"COD", 10},
                 {"PRD", 10},
                 {"PRB", 10},
                 {std::string(t.coverage80), 14}});
  groups(sheet, content.by_value, false, voice);
  bands_chart(book, sheet, 1, sheet.row() - 1);
  sheet.next_row();
  sheet.heading({{std::string(t.quarter)},
                 {""},
                 {std::string(t.sales)},
                 {std::string(t.median_price)},
                 {std::string(t.median_ratio)},
                 {"COD"},
                 {"PRD"},
                 {"PRB"},
                 {std::string(t.coverage80)}});
  groups(sheet, content.by_quarter, true, voice);
  sheet.next_row();
  sheet.heading({{std::string(t.measure)},
                 {std::string(t.this_model)},
                 {std::string(t.iaao_range)},
                 {""},
                 {std::string(t.reading)}});
  const Accuracy& test = content.facts.model.test;
  const auto line = [&](std::string_view name, double value, const report::Range& range) {
    sheet.text(name, Look::bold);
    sheet.number(value, Look::ratio);
    sheet.number(range.lower, Look::ratio);
    sheet.number(range.upper, Look::ratio);
    sheet.text(standing_text(value, range, t));
    sheet.next_row();
  };
  line(t.median_ratio, test.median_ratio, report::kMedianRatioRange);
  line(t.cod, test.cod, report::kCodRange);
  line(t.prd, test.prd, report::kPrdRange);
  line(t.prb, test.prb, report::kPrbRange);
}

void sales_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_sales);
  sheet.heading({{std::string(t.sale_date), 12},
                 {std::string(t.price_paid), 14},
                 {std::string(t.estimate), 14},
                 {std::string(t.ratio), 10},
                 {std::string(t.lower80), 16},
                 {std::string(t.upper80), 16},
                 {std::string(t.inside80), 11},
                 {std::string(t.benchmark), 14},
                 {std::string(t.benchmark_ratio), 14}});
  for (const auto& sale : content.facts.test_sales) {
    sheet.date(sale.date);
    sheet.number(sale.price, Look::money);
    sheet.number(sale.estimate, Look::money);
    sheet.number(sale.ratio(), Look::ratio);
    sheet.number(sale.lower80, Look::money);
    sheet.number(sale.upper80, Look::money);
    sheet.truth(sale.lower80 <= sale.price && sale.price <= sale.upper80);
    sheet.number(sale.benchmark, Look::money);
    sheet.number(sale.benchmark ? std::optional<double>(*sale.benchmark / sale.price) : std::nullopt, Look::ratio);
    sheet.next_row();
  }
  sheet.filter(0, 9);
  sales_chart(book, sheet, sheet.row() - 1);
}

}  // namespace valion::reporting
