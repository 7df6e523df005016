// The report as a workbook: the same content as the PDF, and all rows, as numbers and dates that can be computed with.
#pragma once

#include <string>

#include "base/result.hpp"
#include "domain/report/report_content.hpp"
#include "services/reporting_service/text/format.hpp"

namespace valion::reporting {

// The same content gives the same bytes. Thread-safe. Uses a temporary file. internal when it cannot be written.
[[nodiscard]] Result<std::string> render_xlsx(const report::ReportContent& content, Language language);

}  // namespace valion::reporting
