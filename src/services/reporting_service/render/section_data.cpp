#include "services/reporting_service/render/sections.hpp"
#include "services/reporting_service/render/table.hpp"

namespace valion::reporting {
namespace {

void source(Flow& flow, const report::DataFacts& data, const Voice& voice) {
  const Texts& t = voice.texts;
  std::vector<Pair> pairs{{std::string(t.data_set), shortened(data.name, 160)},
                          {std::string(t.target_column), shortened(data.target, 80)}};
  if (data.source) {
    pairs.push_back({std::string(t.source_file), shortened(data.source->file_name, 160)});
    pairs.push_back({std::string(t.source_size), voice.format.bytes(data.source->bytes) + ", " + data.source->format +
                                                     ", " + data.source->encoding});
  }
  if (!data.history.empty()) {
    pairs.push_back({std::string(t.rows_imported), voice.format.count(data.history.front().rows)});
    pairs.push_back({std::string(t.rows_used), voice.format.count(data.history.back().rows)});
  }
  draw_pairs(flow, pairs);
}

void history(Flow& flow, const report::DataFacts& data, const Voice& voice) {
  if (data.history.empty()) return;
  const Texts& t = voice.texts;
  flow.subtitle(t.history_title);
  Table table;
  table.columns = {{std::string(t.step), Align::left, true},
                   {std::string(t.rows), Align::right},
                   {std::string(t.columns), Align::right},
                   {std::string(t.made_on)},
                   {std::string(t.identity)}};
  for (const auto& version : data.history) {
    TableRow row;
    row.cells = {shortened(version.note, 160), voice.format.count(version.rows),
                 voice.format.count(static_cast<std::int64_t>(version.columns)),
                 voice.format.timestamp(version.created_at), version.version.text().substr(0, 16) + "…"};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
}

void cleaning(Flow& flow, const report::DataFacts& data, const Voice& voice) {
  const Texts& t = voice.texts;
  flow.subtitle(t.cleaning_title);
  if (data.cleaning.empty()) {
    flow.paragraph(t.no_cleaning);
    return;
  }
  Table table;
  table.columns = {{std::string(t.rule), Align::left},
                   {std::string(t.description), Align::left, true},
                   {std::string(t.example), Align::left, true},
                   {std::string(t.rows_touched), Align::right},
                   {std::string(t.rows_left), Align::right}};
  for (const auto& line : data.cleaning) {
    std::string example(kDash);
    if (!line.before.empty() && !line.after.empty())
      example = shortened(line.before.front(), 40) + " → " + shortened(line.after.front(), 40);
    TableRow row;
    row.cells = {line.rule, shortened(line.description, 400), example, voice.format.count(line.rows_touched),
                 voice.format.count(line.rows_left)};
    table.rows.push_back(std::move(row));
  }
  draw(flow, table);
  flow.note(t.cleaning_note);
}

}  // namespace

void data_section(Flow& flow, const report::ReportContent& content, const Voice& voice) {
  flow.section(voice.texts.section_data);
  source(flow, content.facts.data, voice);
  history(flow, content.facts.data, voice);
  cleaning(flow, content.facts.data, voice);
}

}  // namespace valion::reporting
