// CSV (RFC 4180 and what spreadsheets make of it) to a typed table.
//
// Read, not refused: UTF-8 with or without BOM, Windows-1252; `,` `;` tab `|` or `:` between fields; LF, CRLF or CR; quoted
// fields with delimiters, line ends and doubled quotes; Excel's `sep=;` line; blank lines (they count in row numbers). A
// header is required. Blanks around unquoted fields do not count. Missing: an empty field, NA, N/A, null in any case.
//
// Types are decided over the whole column, never from a sample:
//   number  digits with `.` as decimal point, or 1,234.56, or 1.234,56: one notation for the column. Where every value could
//           be either (1.234), the other columns decide if they agree, else a comma-separated file has decimal points;
//           else it is text with a note, or a violation when a number was asked for.
//   date    yyyy-mm-dd, or day, month, year between `/`, `-` or `.`; where day and month could be swapped in every value, the
//           other columns decide, or a decimal comma elsewhere (day first); else it is a violation.
//   text    everything else; also codes that a number would spoil (0041, 16 digits and more) unless a number was asked for.
// Whatever was decided against the plain reading stands in `notes`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::csv {

inline constexpr std::size_t kColumnLimit = 4096;
inline constexpr std::size_t kFieldLimit = 1u << 20;        // bytes
inline constexpr std::size_t kNameLimit = 256;              // bytes of a column's name
inline constexpr std::uint64_t kFileLimit = 0xFFFF'FFFFu;   // bytes
inline constexpr std::string_view kReservedName = "__row";  // what the stored table calls its row numbers

// What is known of a column beforehand. A declared type is binding: what does not fit is a violation.
struct CsvColumn {
  std::string name;
  std::string type = "auto";  // auto, number, text, date
  std::string unit;
  bool required = false;  // missing values are violations
};

struct CsvOptions {
  std::vector<CsvColumn> columns;        // need not name every column
  std::string target;                    // empty: none; otherwise a column of the file, read as numbers
  std::uint64_t cell_limit = 64u << 20;  // rows × columns; 16 bytes of memory each while reading, 8 or fewer afterwards
};

struct CsvNote {
  std::string column;
  std::string message;  // «numbers are written 1.234,56»
};

struct CsvTable {
  dataset::Table table;
  std::string encoding;   // utf-8, utf-8 with BOM, windows-1252
  std::string delimiter;  // one character
  std::string line_end;   // lf, crlf, cr, mixed
  std::vector<CsvNote> notes;
};

// malformed: not CSV (binary, UTF-16, JSON, a workbook, …), with what it seems to be. too_large: over kFileLimit or cell_limit.
// invalid: all violations at once, by row (1-based data rows) and column in row order, or by pointer into ImportOptions
// (/target, /columns/3/name); the first thousand and the total. Never crashes on any bytes. About 100 MB/s of one core.
[[nodiscard]] Result<CsvTable> parse_csv(std::string_view bytes, const CsvOptions& options);

// The same from a file, mapped into memory. The file must not change meanwhile.
[[nodiscard]] Result<CsvTable> read_csv(const std::filesystem::path& path, const CsvOptions& options);

}  // namespace valion::csv
