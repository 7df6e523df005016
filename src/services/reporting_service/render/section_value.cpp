#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {

void property_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.section(t.section_property);
  flow.paragraph(t.property_intro);
  std::vector<Pair> pairs;
  for (const auto& characteristic : content.facts.subject) {
    pairs.push_back({shortened(characteristic.name, 60),
                     shortened(voice.format.cell(characteristic.value, characteristic.unit), 200)});
  }
  draw_pairs(flow, pairs);
}

void explanation_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  const double height = waterfall_height(content);
  flow.section(t.section_explanation, std::min(height + 60, 520.0));
  flow.paragraph(t.with(t.explanation_intro, voice.format.money(content.base_in_currency),
                        voice.format.money(content.facts.statement.value)));
  flow.figure(height,
              t.with(t.alt_waterfall, voice.format.money(content.base_in_currency),
                     voice.format.money(content.facts.statement.value)),
              [&](Canvas& canvas, const Box& box) { draw_waterfall(canvas, box, content, voice); });
  flow.note(t.with(t.explanation_note, voice.format.number(content.facts.explanation.eta, 6),
                   voice.format.general(content.facts.explanation.additivity_error)));
}

}  // namespace valion::reporting
