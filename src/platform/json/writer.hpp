// Writes compact JSON into a string. Numbers are the shortest text that reads back to the same double (std::to_chars).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace valion::json {

void write_text(std::string& out, std::string_view text);  // quoted, escaped; invalid UTF-8 becomes U+FFFD
void write_number(std::string& out, double value);         // integers without fraction; not finite: null
void write_integer(std::string& out, std::int64_t value);

}  // namespace valion::json
