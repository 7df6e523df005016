// Sentences that depend on what the content says: shared by the PDF and the XLSX.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/report/report_content.hpp"
#include "services/reporting_service/text/format.hpp"
#include "services/reporting_service/text/texts.hpp"

namespace valion::reporting {

struct Voice {
  const Texts& texts;
  const Format& format;
};

[[nodiscard]] std::string model_name(std::string_view model, const Texts& texts);  // as given when unknown
[[nodiscard]] std::string or_not_stated(const std::optional<std::string>& given, const Texts& texts);
[[nodiscard]] std::string standing_text(double value, const report::Range& range, const Texts& texts);
[[nodiscard]] std::string interval_text(const report::Span& span, const Format& format);
// At most `most` characters (code points), cut with «…».
[[nodiscard]] std::string shortened(std::string_view text, std::size_t most);
// The model's warnings in the language of the report; a sentence that is not known here stays as it was recorded.
[[nodiscard]] std::string warning_text(const std::string& warning, Language language);
// What this report does not claim, from what it stands on.
[[nodiscard]] std::vector<std::string> limits_of(const report::ReportContent& content, const Voice& voice);

}  // namespace valion::reporting
