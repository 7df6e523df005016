#include "services/reporting_service/render/pdf_report.hpp"

#include "services/reporting_service/render/pdf_finish.hpp"
#include "services/reporting_service/render/sections.hpp"

namespace valion::reporting {
namespace {

DocumentInfo info_of(const report::Statement& statement) {
  return {statement.title, statement.label, statement.prepared_by.value_or(""), "Valion", statement.created_at};
}

RunningText running_of(const report::ReportContent& content, const Voice& voice, int pages) {
  const report::Statement& statement = content.facts.statement;
  RunningText running;
  running.head_left = shortened(statement.title, 160);
  running.head_right = voice.format.money(statement.value) + "  ·  " + voice.format.date(statement.reference_date);
  running.foot_left =
      "Valion  ·  " + voice.texts.with(voice.texts.report_short, content.facts.identities.report.text().substr(0, 12));
  running.foot_right = [&voice, pages](int page) {
    return voice.texts.with(voice.texts.page_of, std::to_string(page),
                            pages > 0 ? std::to_string(pages) : std::string("–"));
  };
  return running;
}

// Everything, in order; returns on which page it ended.
int compose(Canvas& canvas, const report::ReportContent& content, const Voice& voice, int pages) {
  Flow flow(canvas, running_of(content, voice, pages));
  title_page(flow, content, voice);
  flow.new_page();
  property_section(flow, content, voice);
  explanation_section(flow, content, voice);
  comparables_section(flow, content, voice);
  data_section(flow, content, voice);
  model_section(flow, content, voice);
  accuracy_section(flow, content, voice);
  ratio_section(flow, content, voice);
  limits_section(flow, content, voice);
  provenance_section(flow, content, voice);
  return canvas.page();
}

}  // namespace

Result<std::string> render_pdf(const report::ReportContent& content, Language language) {
  const report::Statement& statement = content.facts.statement;
  const Format format(language, statement.currency, statement.value);
  const Voice voice{texts_of(language), format};
  int pages = 0;
  {
    Canvas draft(info_of(statement));  // composed twice: only then is it known how many pages there are
    pages = compose(draft, content, voice, 0);
  }
  Canvas canvas(info_of(statement));
  compose(canvas, content, voice, pages);
  PdfMarks marks{std::string(tag_of(language)), statement.title, statement.created_at, canvas.alternatives()};
  VALION_TRY_ASSIGN(const std::string drawn, canvas.finish());
  return finish_pdf(drawn, marks);
}

}  // namespace valion::reporting
