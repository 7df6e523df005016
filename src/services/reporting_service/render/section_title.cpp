#include <algorithm>

#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {
namespace {

constexpr std::size_t kWarningsOnTitle = 4;

// The largest size, down to a third, at which one line fits.
TextStyle fitted(const Canvas& canvas, const std::string& text, TextStyle style, double width) {
  const double least = style.size / 3;
  while (style.size > least && canvas.measure(text, style).width > width) style.size *= 0.96;
  return style;
}

void masthead(Flow& flow, const Voice& voice) {
  Canvas& canvas = flow.canvas();
  canvas.fill({0, 0, theme::kPageWidth, 6}, theme::kBrand);
  canvas.label({theme::kLeft, 38}, "VALION", {12, theme::kBrand, true});
  canvas.label({theme::kPageWidth - theme::kRight, 38}, voice.texts.document_kind, {8.5, theme::kMuted}, Align::right);
  flow.set_y(62);
}

void title_block(Flow& flow, const report::Statement& statement) {
  Canvas& canvas = flow.canvas();
  const TextStyle title{statement.title.size() > 90 ? 15.0 : 20.0, theme::kBrand, true, false, 1.05};
  {
    const Tag tag(canvas, "H1");
    flow.space(canvas.text({theme::kLeft, flow.y()}, statement.title, title, theme::kWidth).height + 5);
  }
  const Tag tag(canvas, "P");
  const TextStyle label{10.5, theme::kMuted};
  flow.space(canvas.text({theme::kLeft, flow.y()}, shortened(statement.label, 300), label, theme::kWidth).height + 12);
}

void value_panel(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  Canvas& canvas = flow.canvas();
  const report::Statement& statement = content.facts.statement;
  const Box panel{theme::kLeft, flow.y(), theme::kWidth, 158};
  canvas.fill(panel, theme::kPanel, 5);
  canvas.fill({panel.x, panel.y, 4, panel.height}, theme::kSubject, 2);
  const double half = panel.width * 0.5;
  const double x = panel.x + 20;
  canvas.begin_tag("P");
  canvas.label({x, panel.y + 18},
               voice.texts.with(voice.texts.estimated_value_at, voice.format.long_date(statement.reference_date)),
               {8.5, theme::kMuted}, Align::left, half + 20);
  canvas.end_tag("P");
  {
    const Tag tag(canvas, "P");
    const std::string value = voice.format.money(statement.value);
    canvas.label({x, panel.y + 48}, value, fitted(canvas, value, {30, theme::kBrand, true}, half - 6));
  }
  const auto interval = [&](double y, std::string_view name, const report::Span& span, double size) {
    const std::string text = interval_text(span, voice.format);
    const double width = panel.right() - 16 - (x + half);
    canvas.begin_tag("P");
    canvas.label({x + half, y}, name, {8, theme::kMuted}, Align::left, width);
    canvas.end_tag("P");
    const Tag tag(canvas, "P");
    canvas.label({x + half, y + 15}, text, fitted(canvas, text, {size, theme::kInk, true}, width));
  };
  interval(panel.y + 18, voice.texts.interval80, statement.span80, 13);
  interval(panel.y + 52, voice.texts.interval95, statement.span95, 11);
  canvas.begin_figure(voice.texts.with(voice.texts.alt_interval, voice.format.money(statement.value),
                                       interval_text(statement.span80, voice.format),
                                       interval_text(statement.span95, voice.format)));
  draw_interval_line(canvas, {panel.x + 8, panel.y + 84, panel.width - 16, kIntervalLineHeight}, content, voice);
  canvas.end_figure();
  flow.space(panel.height + 12);
}

void statement_pairs(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const report::Statement& statement = content.facts.statement;
  const Texts& t = voice.texts;
  draw_pairs(flow, {{std::string(t.reference_date), voice.format.long_date(statement.reference_date)},
                    {std::string(t.client), or_not_stated(statement.client, t)},
                    {std::string(t.method), model_name(content.facts.model.champion, t)},
                    {std::string(t.purpose), or_not_stated(statement.purpose, t)},
                    {std::string(t.market_evidence),
                     t.with(t.market_evidence_text, voice.format.count(content.facts.model.n_train),
                            shortened(content.facts.data.name, 80))},
                    {std::string(t.prepared_by), or_not_stated(statement.prepared_by, t)},
                    {std::string(t.valued_on), voice.format.timestamp(statement.created_at)},
                    {std::string(t.kind_of_value), std::string(t.kind_of_value_text)}});
}

void tiles(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  Canvas& canvas = flow.canvas();
  const report::Accuracy& test = content.facts.model.test;
  const Texts& t = voice.texts;
  flow.subtitle(
      t.with(t.at_a_glance, voice.format.count(test.n), voice.format.long_date(content.facts.model.test_from)));
  const std::vector<Pair> figures{
      {std::string(t.tile_mdape), voice.format.percent(test.mdape, 1)},
      {std::string(t.tile_ppe10), voice.format.percent(test.ppe10, 1)},
      {std::string(t.tile_ppe20), voice.format.percent(test.ppe20, 1)},
      {std::string(t.tile_coverage), test.coverage80 ? voice.format.percent(*test.coverage80, 1) : std::string(kDash)}};
  constexpr double kGap = 10, kHeight = 50;
  const double width = (theme::kWidth - 3 * kGap) / 4;
  flow.need(kHeight);
  double x = theme::kLeft;
  for (const Pair& figure : figures) {
    canvas.begin_tag("P");
    canvas.outline({x, flow.y(), width, kHeight}, {0.7, theme::kHairline}, 3);
    canvas.label({x + 9, flow.y() + 15}, figure.value, {14, theme::kAccent, true}, Align::left, width - 14);
    canvas.end_tag("P");
    const Tag tag(canvas, "P");
    canvas.text({x + 9, flow.y() + 26}, figure.name, {6.9, theme::kMuted}, width - 14);
    x += width + kGap;
  }
  flow.space(kHeight + 10);
}

void warnings(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const auto& all = content.facts.warnings;
  if (all.empty()) return;
  flow.subtitle(voice.texts.warnings_title);
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < std::min(all.size(), kWarningsOnTitle); ++i)
    shown.push_back(shortened(warning_text(all[i], voice.format.language()), 220));
  if (all.size() > shown.size()) {
    shown.push_back(voice.texts.with(voice.texts.more_warnings,
                                     voice.format.count(static_cast<std::int64_t>(all.size() - shown.size()))));
  }
  TextStyle style = theme::kBody;
  style.colour = theme::kOpposite;
  flow.bullets(shown, style);
}

void identities(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const report::Identities& identity = content.facts.identities;
  const Texts& t = voice.texts;
  const std::vector<Pair> lines{{std::string(t.hash_report), identity.report.text()},
                                {std::string(t.hash_valuation), identity.valuation.text()},
                                {std::string(t.hash_model), identity.model.text()},
                                {std::string(t.hash_version), identity.version.text()}};
  Canvas& canvas = flow.canvas();
  flow.subtitle(t.identities_title, 70);
  for (const Pair& line : lines) {
    flow.need(13);
    canvas.begin_tag("P");
    canvas.label({theme::kLeft, flow.y() + 6}, line.name, {7.2, theme::kMuted}, Align::left, 106);
    canvas.end_tag("P");
    const Tag tag(canvas, "P");
    canvas.label({theme::kLeft + 112, flow.y() + 6}, line.value, theme::kHash, Align::left, theme::kWidth - 112);
    flow.space(12.5);
  }
}

}  // namespace

void title_page(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  masthead(flow, voice);
  title_block(flow, content.facts.statement);
  value_panel(flow, content, voice);
  statement_pairs(flow, content, voice);
  flow.space(3);
  flow.paragraph(voice.texts.status_sentence);
  tiles(flow, content, voice);
  warnings(flow, content, voice);
  identities(flow, content, voice);
}

}  // namespace valion::reporting
