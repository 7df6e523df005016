// How the fields of a CSV file are separated.
#pragma once

#include <string_view>

namespace valion::csv {

struct Dialect {
  char delimiter = ',';
  std::string_view text;  // without Excel's `sep=;` line, if there was one
};

// The delimiter among `,` `;` tab `|` `:` that splits the header into more than one field and the most records of the sample
// (the first megabyte) into as many as the header; of equals the one with more fields, then the first of that list. A file
// of one column has `,`.
[[nodiscard]] Dialect detect_dialect(std::string_view text);

}  // namespace valion::csv
