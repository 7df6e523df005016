#include "services/reporting_service/xlsx/xlsx_report.hpp"

#include "services/reporting_service/xlsx/sheets.hpp"

namespace valion::reporting {

Result<std::string> render_xlsx(const report::ReportContent& content, Language language) {
  const report::Statement& statement = content.facts.statement;
  const Format format(language, statement.currency, statement.value);
  const Voice voice{texts_of(language), format};
  Workbook book({statement.title, statement.label, statement.prepared_by.value_or(""), statement.created_at}, voice);
  if (book.get() == nullptr) return book.finish();
  for (const auto sheet : {summary_sheet, subject_sheet, contributions_sheet, comparables_sheet, metrics_sheet,
                           coefficients_sheet, ratio_sheet, sales_sheet, cleaning_sheet, provenance_sheet}) {
    sheet(book, content);
  }
  return book.finish();
}

}  // namespace valion::reporting
