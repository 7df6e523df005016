#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {

void limits_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.section(t.section_limits);
  flow.subtitle(t.warnings_title);
  if (content.facts.warnings.empty()) {
    flow.paragraph(t.no_warnings);
  } else {
    std::vector<std::string> sentences;
    for (const std::string& warning : content.facts.warnings)
      sentences.push_back(shortened(warning_text(warning, voice.format.language()), 400));
    flow.bullets(sentences);
  }
  flow.subtitle(t.not_claimed_title);
  flow.bullets(limits_of(content, voice));
}

void provenance_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  const Texts& t = voice.texts;
  const report::ReportFacts& facts = content.facts;
  flow.section(t.section_provenance);
  flow.paragraph(t.provenance_intro);
  std::vector<Pair> lines{{std::string(t.hash_report), facts.identities.report.text()},
                          {std::string(t.hash_valuation), facts.identities.valuation.text()},
                          {std::string(t.hash_model), facts.identities.model.text()}};
  for (const auto& version : facts.data.history)
    lines.push_back({t.with(t.version_line, shortened(version.note, 40)), version.version.text()});
  if (facts.data.source) lines.push_back({std::string(t.source_file), facts.data.source->sha256.text()});
  Table table;
  table.columns = {{std::string(t.what), Align::left, true}, {"SHA-256", Align::left}};
  for (const Pair& line : lines) table.rows.push_back({{line.name, line.value}, false, {}, {}});
  table.style = {6.9, theme::kInk};
  draw(flow, table);
  draw_pairs(flow, {{std::string(t.model_trained_on), voice.format.timestamp(facts.model.created_at)},
                    {std::string(t.valued_on), voice.format.timestamp(facts.statement.created_at)},
                    {std::string(t.engine), shortened(facts.model.engine, 300)},
                    {std::string(t.seed), voice.format.count(facts.model.seed)}});
}

}  // namespace valion::reporting
