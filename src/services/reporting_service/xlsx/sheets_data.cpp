#include "services/reporting_service/xlsx/sheets.hpp"

namespace valion::reporting {
namespace {

std::string listed(const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : "; ") + value;
  return text;
}

std::string listed(const std::vector<std::int64_t>& rows) {
  std::string text;
  for (const std::int64_t row : rows) text += (text.empty() ? "" : ", ") + std::to_string(row);
  return text;
}

}  // namespace

void cleaning_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  Sheet sheet(book, t.sheet_cleaning);
  sheet.heading({{std::string(t.rule), 18},
                 {std::string(t.description), 60},
                 {std::string(t.rows_touched), 12},
                 {std::string(t.rows_left), 12},
                 {std::string(t.before), 24},
                 {std::string(t.after), 24},
                 {std::string(t.logged_rows), 60}});
  for (const auto& line : content.facts.data.cleaning) {
    sheet.text(line.rule);
    sheet.text(line.description, Look::wrapped);
    sheet.number(static_cast<double>(line.rows_touched), Look::count);
    sheet.number(static_cast<double>(line.rows_left), Look::count);
    sheet.text(listed(line.before));
    sheet.text(listed(line.after));
    sheet.text(listed(line.rows));
    sheet.next_row();
  }
  sheet.filter(0, 7);
}

void provenance_sheet(Workbook& book, const report::ReportContent& content) {
  const Texts& t = book.voice().texts;
  const Format& format = book.voice().format;
  const report::ReportFacts& facts = content.facts;
  Sheet sheet(book, t.sheet_provenance);
  sheet.heading({{std::string(t.what), 40}, {std::string(t.content), 72}});
  const auto line = [&](std::string_view name, std::string_view value, Look look = Look::wrapped) {
    sheet.text(name, Look::bold);
    sheet.text(value, look);
    sheet.next_row();
  };
  line(t.hash_report, facts.identities.report.text(), Look::mono);
  line(t.hash_valuation, facts.identities.valuation.text(), Look::mono);
  line(t.hash_model, facts.identities.model.text(), Look::mono);
  for (const auto& version : facts.data.history)
    line(t.with(t.version_line, version.note), version.version.text(), Look::mono);
  line(t.data_set, facts.data.name);
  if (facts.data.source) {
    line(t.source_file, facts.data.source->file_name);
    line("SHA-256", facts.data.source->sha256.text(), Look::mono);
    line(t.source_size, format.bytes(facts.data.source->bytes));
  }
  line(t.model_trained_on, format.timestamp(facts.model.created_at));
  line(t.valued_on, format.timestamp(facts.statement.created_at));
  line(t.engine, facts.model.engine);
  line(t.seed, std::to_string(facts.model.seed));
}

}  // namespace valion::reporting
