// The report as a PDF: A4, tagged, fonts embedded, with outline, language and metadata.
#pragma once

#include <string>

#include "base/result.hpp"
#include "domain/report/report_content.hpp"
#include "services/reporting_service/text/format.hpp"

namespace valion::reporting {

// The same content gives the same bytes (one version of the libraries). Thread-safe. internal when a library refuses.
[[nodiscard]] Result<std::string> render_pdf(const report::ReportContent& content, Language language);

}  // namespace valion::reporting
