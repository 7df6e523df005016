// What Cairo 1.16 cannot write, added to a finished PDF by libqpdf.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace valion::reporting {

struct PdfMarks {
  std::string language;                   // BCP 47: the catalogue's /Lang
  std::string title;                      // shown instead of the file name; dc:title
  std::string created_at;                 // RFC 3339 with seconds: xmp:CreateDate
  std::vector<std::string> alternatives;  // of the figures, in document order
};

// Adds /Lang, the XMP metadata, a Document element above all others, alternative texts and column scopes; compresses the
// structure; a file identifier that follows from the content. internal when `pdf` cannot be read.
[[nodiscard]] Result<std::string> finish_pdf(const std::string& pdf, const PdfMarks& marks);

}  // namespace valion::reporting
