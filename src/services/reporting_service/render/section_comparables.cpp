#include <algorithm>

#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {
namespace {

std::string unit_of(const report::ReportContent& content, const std::string& name) {
  for (const auto& effect : content.facts.explanation.effects) {
    if (effect.name == name) return effect.unit;
  }
  return {};
}

void prices_table(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  Table table;
  table.columns = {{std::string(t.number_sign), Align::right},
                   {std::string(t.identifier), Align::left, true},
                   {std::string(t.sale_date)},
                   {std::string(t.price_paid), Align::right},
                   {std::string(t.price_at_date), Align::right},
                   {std::string(t.adjusted_price), Align::right},
                   {std::string(t.distance), Align::right},
                   {std::string(t.similarity), Align::right}};
  for (std::size_t i = 0; i < content.facts.comparables.size(); ++i) {
    const auto& line = content.facts.comparables[i];
    const std::string name =
        line.identifier.empty() ? t.with(t.row_of_file, voice.format.count(line.row)) : line.identifier;
    TableRow row;
    row.cells = {std::to_string(i + 1),
                 shortened(name, 120),
                 line.date ? voice.format.date(*line.date) : std::string(kDash),
                 voice.format.money(line.price),
                 voice.format.money(line.price_at_date),
                 voice.format.money(line.adjusted_price),
                 voice.format.distance(line.distance),
                 voice.format.number(line.similarity, 2)};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
}

void characteristics_table(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  if (content.telling.empty()) return;
  const Texts& t = voice.texts;
  flow.subtitle(t.comparables_characteristics, 100);
  Table table;
  table.columns.push_back({std::string(t.number_sign), Align::left});
  for (const std::string& name : content.telling) table.columns.push_back({shortened(name, 40), Align::right, true});
  TableRow subject;
  subject.bold = true;
  subject.mark = theme::kSubject;
  subject.cells.emplace_back(t.subject);
  for (const std::string& name : content.telling) {
    Cell value;
    for (const auto& effect : content.facts.explanation.effects) {
      if (effect.name == name) value = effect.value;
    }
    subject.cells.push_back(shortened(voice.format.cell(value, unit_of(content, name)), 80));
  }
  table.rows.push_back(std::move(subject));
  for (std::size_t i = 0; i < content.facts.comparables.size(); ++i) {
    TableRow row;
    row.mark = theme::kAccent;
    row.cells.push_back(std::to_string(i + 1));
    for (const std::string& name : content.telling) {
      const auto& attributes = content.facts.comparables[i].attributes;
      const auto found = attributes.find(name);
      row.cells.push_back(
          shortened(voice.format.cell(found == attributes.end() ? Cell{} : found->second, unit_of(content, name)), 80));
    }
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
}

void map(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  if (!content.facts.place) {
    flow.note(t.no_place);
    return;
  }
  const auto placed = std::count_if(content.facts.comparables.begin(), content.facts.comparables.end(),
                                    [](const report::ComparableLine& line) { return line.place.has_value(); });
  flow.subtitle(t.map_title, 250);
  flow.figure(250, t.with(t.alt_map, voice.format.count(placed)),
              [&](Canvas& canvas, const Box& box) { draw_comparables_map(canvas, box, content, voice); });
  flow.note(t.map_note);
}

}  // namespace

void comparables_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.section(t.section_comparables, 160);
  if (!content.comparables) {
    flow.paragraph(t.no_comparables);
    return;
  }
  flow.paragraph(t.comparables_intro);
  prices_table(flow, content, voice);
  flow.paragraph(t.with(t.comparables_summary, voice.format.money(content.comparables->least),
                        voice.format.money(content.comparables->most), voice.format.money(content.comparables->median),
                        voice.format.count(static_cast<std::int64_t>(content.comparables->inside80)),
                        voice.format.count(static_cast<std::int64_t>(content.facts.comparables.size()))));
  characteristics_table(flow, content, voice);
  map(flow, content, voice);
}

}  // namespace valion::reporting
