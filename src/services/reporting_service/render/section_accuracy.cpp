#include <cmath>

#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {
namespace {

using report::Accuracy;

struct Measure {
  std::string_view name;
  std::function<std::string(const Accuracy&)> shown;
};

std::vector<Measure> measures_of(const Voice& voice) {
  const Texts& t = voice.texts;
  const Format& f = voice.format;
  const auto percent = [&f](double Accuracy::*member) {
    return [&f, member](const Accuracy& a) { return f.percent(a.*member, 1); };
  };
  const auto number = [&f](double Accuracy::*member, int decimals) {
    return [&f, member, decimals](const Accuracy& a) { return f.number(a.*member, decimals); };
  };
  const auto coverage = [&f](std::optional<double> Accuracy::*member) {
    return [&f, member](const Accuracy& a) { return a.*member ? f.percent(*(a.*member), 1) : std::string(kDash); };
  };
  return {{t.sales, [&f](const Accuracy& a) { return f.count(a.n); }},
          {t.mdape, percent(&Accuracy::mdape)},
          {t.mape, percent(&Accuracy::mape)},
          {t.ppe10, percent(&Accuracy::ppe10)},
          {t.ppe20, percent(&Accuracy::ppe20)},
          {t.median_ratio, number(&Accuracy::median_ratio, 3)},
          {t.cod, number(&Accuracy::cod, 1)},
          {t.prd, number(&Accuracy::prd, 3)},
          {t.prb, number(&Accuracy::prb, 3)},
          {t.r2, number(&Accuracy::r2, 3)},
          {t.coverage80, coverage(&Accuracy::coverage80)},
          {t.coverage95, coverage(&Accuracy::coverage95)}};
}

std::string benchmark_name(const report::ModelFacts& model, std::string_view kind) {
  return shortened(model.benchmark_column.value_or(""), 40) + ", " + std::string(kind);
}

void accuracy_table(Flow& flow, const report::ModelFacts& model, const Voice& voice) {
  const Texts& t = voice.texts;
  Table table;
  std::vector<const Accuracy*> shown{&model.test};
  table.columns = {{std::string(t.measure), Align::left, true}, {std::string(t.test_untrimmed), Align::right}};
  if (model.train_minimum_target) {
    table.columns.push_back({t.with(t.test_trimmed, voice.format.money(*model.train_minimum_target)), Align::right});
    shown.push_back(&model.test_trimmed);
  }
  if (model.benchmark) {
    table.columns.push_back({benchmark_name(model, t.benchmark_raw), Align::right});
    shown.push_back(&*model.benchmark);
  }
  if (model.benchmark_rescaled) {
    table.columns.push_back({benchmark_name(model, t.benchmark_rescaled), Align::right});
    shown.push_back(&*model.benchmark_rescaled);
  }
  for (const Measure& measure : measures_of(voice)) {
    TableRow row;
    row.cells.emplace_back(measure.name);
    for (const Accuracy* accuracy : shown) row.cells.push_back(measure.shown(*accuracy));
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
  flow.note(t.accuracy_note);
  flow.note(model.benchmark ? t.with(t.benchmark_note, shortened(*model.benchmark_column, 40))
                            : std::string(t.no_benchmark));
}

void study_table(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  const Accuracy& test = content.facts.model.test;
  std::string prb = voice.format.number(test.prb, 3);
  if (content.ratios && std::isfinite(content.ratios->prb_lower)) {
    prb += "  (" + voice.format.number(content.ratios->prb_lower, 3) + " … " +
           voice.format.number(content.ratios->prb_upper, 3) + ")";
  }
  struct Line {
    std::string_view name, meaning;
    double value;
    report::Range range;
    int decimals;
    std::string shown;
  };
  const std::vector<Line> lines{
      {t.median_ratio, t.median_meaning, test.median_ratio, report::kMedianRatioRange, 2,
       voice.format.number(test.median_ratio, 3)},
      {t.cod, t.cod_meaning, test.cod, report::kCodRange, 0, voice.format.number(test.cod, 1)},
      {t.prd, t.prd_meaning, test.prd, report::kPrdRange, 2, voice.format.number(test.prd, 3)},
      {t.prb, t.prb_meaning, test.prb, report::kPrbRange, 2, prb}};
  Table table;
  table.columns = {{std::string(t.measure), Align::left, true},
                   {std::string(t.what_it_tells), Align::left, true},
                   {std::string(t.this_model), Align::right},
                   {std::string(t.iaao_range), Align::right},
                   {std::string(t.reading), Align::right}};
  for (const Line& line : lines) {
    TableRow row;
    row.cells = {std::string(line.name), std::string(line.meaning), line.shown,
                 voice.format.number(line.range.lower, line.decimals) + " … " +
                     voice.format.number(line.range.upper, line.decimals),
                 standing_text(line.value, line.range, t)};
    row.colour = report::stand_of(line.value, line.range) == report::Standing::inside ? theme::kGood : theme::kOpposite;
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
}

void groups_table(Flow& flow, const std::vector<report::RatioGroup>& groups, bool quarters, const Voice& voice) {
  const Texts& t = voice.texts;
  const auto shown = [&](const std::optional<double>& value, int decimals) {
    return value ? voice.format.number(*value, decimals) : std::string(kDash);
  };
  Table table;
  table.columns = {{std::string(quarters ? t.quarter : t.value_band), Align::left, true},
                   {std::string(t.sales), Align::right},
                   {std::string(t.median_price), Align::right},
                   {std::string(t.median_ratio), Align::right},
                   {"COD", Align::right},
                   {"PRD", Align::right},
                   {"PRB", Align::right},
                   {std::string(t.coverage80), Align::right}};
  for (const auto& group : groups) {
    const std::string name = quarters
                                 ? t.with(t.quarter_name, std::to_string(group.year), std::to_string(group.quarter))
                                 : voice.format.money(group.from) + " – " + voice.format.money(group.to);
    TableRow row;
    row.cells = {name,
                 voice.format.count(static_cast<std::int64_t>(group.n)),
                 voice.format.money(group.median_price),
                 voice.format.number(group.median_ratio, 3),
                 shown(group.cod, 1),
                 shown(group.prd, 3),
                 shown(group.prb, 3),
                 group.coverage80 ? voice.format.percent(*group.coverage80, 1) : std::string(kDash)};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
}

std::string drawn_note(const report::ReportContent& content, const Voice& voice) {
  const std::size_t every = thinning(content.facts.test_sales.size());
  return every > 1 ? " " + voice.texts.with(voice.texts.thinned, voice.format.count(static_cast<std::int64_t>(every)))
                   : std::string();
}

// Two charts side by side: estimates against prices, and how their ratios are distributed.
void estimates_against_prices(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  constexpr double kHeight = 204, kGap = 16, kHalf = (theme::kWidth - kGap) / 2;
  const Texts& t = voice.texts;
  const auto& histogram = content.ratio_histogram;
  flow.subtitle(t.estimates_title, kHeight + 50);
  flow.need(kHeight);
  Canvas& canvas = flow.canvas();
  canvas.begin_figure(t.with(t.alt_scatter, voice.format.count(content.facts.model.n_test)));
  draw_scatter(canvas, {theme::kLeft, flow.y(), kHalf, kHeight}, content, voice);
  canvas.end_figure();
  canvas.begin_figure(std::string(t.alt_histogram));
  draw_ratio_histogram(canvas, {theme::kLeft + kHalf + kGap, flow.y(), kHalf, kHeight}, content, voice);
  canvas.end_figure();
  flow.space(kHeight + 6);
  flow.note(std::string(t.scatter_note) + drawn_note(content, voice));
  flow.note(t.with(
      content.benchmark_histogram ? t.histogram_note_benchmark : t.histogram_note,
      voice.format.count(static_cast<std::int64_t>(histogram.below)), voice.format.number(histogram.lower, 2),
      voice.format.count(static_cast<std::int64_t>(histogram.above)), voice.format.number(histogram.upper(), 2)));
}

}  // namespace

void accuracy_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.section(t.section_accuracy, 420);
  flow.paragraph(t.with(t.accuracy_intro, voice.format.count(content.facts.model.n_test),
                        voice.format.long_date(content.facts.model.test_from)));
  accuracy_table(flow, content.facts.model, voice);
  if (content.facts.test_sales.empty()) return;
  estimates_against_prices(flow, content, voice);
}

void ratio_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.section(t.section_ratio, 240);
  flow.paragraph(t.ratio_intro);
  if (content.facts.test_sales.empty()) {
    flow.paragraph(t.no_test_sales);
    return;
  }
  study_table(flow, content, voice);
  flow.figure(kRatioGaugesHeight, std::string(t.alt_gauges),
              [&](Canvas& canvas, const Box& box) { draw_ratio_gauges(canvas, box, content, voice); });
  flow.subtitle(t.by_value_title, 90);
  groups_table(flow, content.by_value, false, voice);
  flow.note(t.by_value_note);
  flow.subtitle(t.by_quarter_title, 60);
  groups_table(flow, content.by_quarter, true, voice);
  flow.subtitle(t.ratio_plot_title, 210);
  flow.figure(205, std::string(t.alt_ratio_plot),
              [&](Canvas& canvas, const Box& box) { draw_ratio_plot(canvas, box, content, voice); });
  flow.note(std::string(t.ratio_plot_note) + drawn_note(content, voice));
}

}  // namespace valion::reporting
