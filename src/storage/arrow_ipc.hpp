// Tables as Apache Arrow IPC files, which pandas, polars, DuckDB, R and Arquero open.
//
// Layout: numbers float64, text utf8 dictionary-encoded by int32, dates date32, each nullable with a validity bitmap; the
// unit of a column is the field's metadata `unit`. A last column `__row` (int64) holds Table::row_numbers. One record batch,
// no compression. Schema metadata: the caller's key-value pairs, in order of their keys. Equal tables with equal metadata
// give equal bytes. Little-endian only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/dataset/table.hpp"

namespace valion::storage {

inline constexpr std::string_view kRowColumn = "__row";
// Written into every file's metadata, and not part of what read_arrow() gives back. A file without it is of format 1.
inline constexpr const char* kArrowFormatKey = "valion.format";
inline constexpr std::int64_t kArrowFormat = 1;

using TableMetadata = std::map<std::string, std::string>;

struct StoredTable {
  dataset::Table table;
  TableMetadata metadata;
};

// too_large when the texts of one column exceed 2 GiB. Memory: about the size of the file.
[[nodiscard]] Result<std::string> write_arrow(const dataset::Table& table, const TableMetadata& metadata);

// Reads what write_arrow() writes, from any bytes whatever: malformed says what is wrong, also for Arrow files of another
// layout; conflict, naming both numbers, when a newer program wrote them. What it returns holds Table's invariants: distinct names and levels, valid UTF-8, finite numbers, days within
// 1000-01-01 to 9999-12-31, positive row numbers. Memory is in proportion to the bytes.
[[nodiscard]] Result<StoredTable> read_arrow(std::string_view bytes);

}  // namespace valion::storage
