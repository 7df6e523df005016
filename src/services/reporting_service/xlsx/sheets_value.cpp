#include <algorithm>
#include <cmath>
#include <set>

#include "services/reporting_service/xlsx/sheets.hpp"

namespace valion::reporting {
namespace {

std::string with_currency(std::string_view title, const report::ReportContent& content) {
  return std::string(title) + " (" + content.facts.statement.currency + ")";
}

std::string quoted(const std::string& sheet) { return "'" + sheet + "'"; }

void contributions_chart(Workbook& book, Sheet& sheet, lxw_row_t last) {
  if (last < 1) return;
  lxw_chart* chart = workbook_add_chart(book.get(), LXW_CHART_BAR);
  const std::string name = quoted(sheet.name()), end = std::to_string(std::min<lxw_row_t>(last, 15) + 1);
  lxw_chart_series* series =
      chart_add_series(chart, ("=" + name + "!$A$2:$A$" + end).c_str(), ("=" + name + "!$D$2:$D$" + end).c_str());
  chart_series_set_name(series, std::string(book.voice().texts.contribution_log).c_str());
  chart_series_set_invert_if_negative(series);
  chart_axis_set_reverse(chart->y_axis);
  chart_axis_set_label_position(chart->y_axis, LXW_CHART_AXIS_LABEL_POSITION_LOW);
  chart_title_set_name(chart, std::string(book.voice().texts.section_explanation).c_str());
  chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  lxw_chart_options size{};
  size.x_scale = 1.3;
  size.y_scale = 1.6;
  worksheet_insert_chart_opt(sheet.get(), 1, 8, chart, &size);
}

}  // namespace

void summary_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  const report::Statement& s = content.facts.statement;
  Sheet sheet(book, t.sheet_summary);
  sheet.heading({{std::string(t.item), 34}, {std::string(t.content), 70}});
  const auto text = [&](std::string_view name, std::string_view value, Look look = Look::wrapped) {
    sheet.text(name, Look::bold);
    sheet.text(value, look);
    sheet.next_row();
  };
  const auto number = [&](std::string_view name, double value, Look look) {
    sheet.text(name, Look::bold);
    sheet.number(value, look);
    sheet.next_row();
  };
  text(t.title, s.title);
  text(t.property, s.label);
  sheet.text(t.reference_date, Look::bold);
  sheet.date(s.reference_date);
  sheet.next_row();
  number(t.estimated_value, s.value, Look::money_bold);
  number(t.lower80, s.span80.lower, Look::money);
  number(t.upper80, s.span80.upper, Look::money);
  number(t.lower95, s.span95.lower, Look::money);
  number(t.upper95, s.span95.upper, Look::money);
  text(t.currency, s.currency);
  text(t.kind_of_value, t.kind_of_value_text);
  text(t.client, or_not_stated(s.client, t));
  text(t.purpose, or_not_stated(s.purpose, t));
  text(t.prepared_by, or_not_stated(s.prepared_by, t));
  text(t.method, model_name(content.facts.model.champion, t));
  text(t.valued_on, book.voice().format.timestamp(s.created_at));
  if (content.facts.warnings.empty()) text(t.warnings_title, t.no_warnings);
  for (const std::string& warning : content.facts.warnings)
    text(t.warnings_title, warning_text(warning, book.voice().format.language()));
  for (const std::string& limit : limits_of(content, book.voice())) text(t.not_claimed_title, limit);
}

void subject_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_subject);
  sheet.heading({{std::string(t.characteristic), 30}, {std::string(t.content), 30}, {std::string(t.unit), 12}});
  for (const auto& one : content.facts.subject) {
    sheet.text(one.name);
    sheet.cell(one.value);
    sheet.text(one.unit);
    sheet.next_row();
  }
  sheet.filter(0, 3);
}

void contributions_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_contributions);
  sheet.heading({{std::string(t.characteristic), 34},
                 {std::string(t.content), 18},
                 {std::string(t.unit), 10},
                 {std::string(t.contribution_log), 15},
                 {std::string(t.factor), 12},
                 {with_currency(t.effect, content), 16},
                 {with_currency(t.value_after, content), 16}});
  const auto& explanation = content.facts.explanation;
  double eta = explanation.base_value;
  for (const auto& effect : explanation.effects) {
    const double before = std::exp(eta);
    eta += effect.contribution;
    sheet.text(effect.name);
    sheet.cell(effect.value);
    sheet.text(effect.unit);
    sheet.number(effect.contribution, Look::fine);
    sheet.number(std::exp(effect.contribution), Look::ratio);
    sheet.number(std::exp(eta) - before, Look::money);
    sheet.number(std::exp(eta), Look::money);
    sheet.next_row();
  }
  const lxw_row_t last = sheet.row() - 1;
  sheet.filter(0, 7);
  sheet.next_row();
  const lxw_row_t base_row = sheet.row();
  sheet.text(t.waterfall_base, Look::bold);
  sheet.skip();
  sheet.skip();
  sheet.number(explanation.base_value, Look::fine);
  sheet.skip();
  sheet.skip();
  sheet.number(content.base_in_currency, Look::money);
  sheet.next_row();
  sheet.text(t.waterfall_value, Look::bold);  // recomputed by the reader's own program
  const std::string sum =
      "D" + std::to_string(base_row + 1) + (last >= 1 ? "+SUM(D2:D" + std::to_string(last + 1) + ")" : "");
  worksheet_write_formula_num(sheet.get(), sheet.row(), 3, ("=" + sum).c_str(), book.format(Look::fine),
                              explanation.eta);
  worksheet_write_formula_num(sheet.get(), sheet.row(), 6, ("=EXP(" + sum + ")").c_str(), book.format(Look::money_bold),
                              std::exp(explanation.eta));
  contributions_chart(book, sheet, last);
}

void comparables_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_comparables);
  std::set<std::string> names;
  for (const auto& line : content.facts.comparables) {
    for (const auto& [name, value] : line.attributes) names.insert(name);
  }
  std::vector<Heading> heads{{std::string(t.number_sign), 5},
                             {std::string(t.identifier), 24},
                             {std::string(t.file_row), 10},
                             {std::string(t.sale_date), 12},
                             {with_currency(t.price_paid, content), 15},
                             {with_currency(t.price_at_date, content), 15},
                             {with_currency(t.adjusted_price, content), 15},
                             {std::string(t.distance) + " (m)", 12},
                             {std::string(t.similarity), 12},
                             {std::string(t.longitude), 12},
                             {std::string(t.latitude), 12}};
  for (const std::string& name : names)
    heads.push_back({name, std::clamp(static_cast<double>(name.size()) + 3, 10.0, 30.0)});
  sheet.heading(heads);
  for (std::size_t i = 0; i < content.facts.comparables.size(); ++i) {
    const auto& line = content.facts.comparables[i];
    sheet.number(static_cast<double>(i + 1), Look::count);
    sheet.text(line.identifier);
    sheet.number(static_cast<double>(line.row), Look::count);
    line.date ? sheet.date(*line.date) : sheet.skip();
    sheet.number(line.price, Look::money);
    sheet.number(line.price_at_date, Look::money);
    sheet.number(line.adjusted_price, Look::money);
    sheet.number(line.distance < 0 ? std::nan("") : line.distance, Look::count);
    sheet.number(line.similarity, Look::ratio);
    sheet.number(line.place ? std::optional<double>(line.place->longitude) : std::nullopt, Look::fine);
    sheet.number(line.place ? std::optional<double>(line.place->latitude) : std::nullopt, Look::fine);
    for (const std::string& name : names) {
      const auto found = line.attributes.find(name);
      found == line.attributes.end() ? sheet.skip() : sheet.cell(found->second);
    }
    sheet.next_row();
  }
  sheet.filter(0, static_cast<lxw_col_t>(heads.size()));
}

}  // namespace valion::reporting
