#include "ingest/csv/encoding.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <utility>

namespace valion::csv {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";
constexpr std::size_t kBytesPerControl = 1000;  // more control characters than one in so many: not text

// 0x80 to 0x9F of Windows-1252.
constexpr std::array<std::uint16_t, 32> kWindows1252{0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                     0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
                                                     0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                     0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

bool starts_without_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
           return a == static_cast<char>(std::tolower(static_cast<unsigned char>(b)));
         });
}

// What the first bytes say the file is; empty when nothing is recognised.
std::string_view other_format(std::string_view bytes) {
  using Magic = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Magic, 12> kMagics{{{"\xFF\xFE", "UTF-16 text; save it as UTF-8"},
                                           {"\xFE\xFF", "UTF-16 text; save it as UTF-8"},
                                           {"PK\x03\x04", "a workbook or another ZIP archive; save the sheet as CSV"},
                                           {"%PDF", "a PDF"},
                                           {"\x1F\x8B", "gzip; unpack it first"},
                                           {"\x7F"
                                            "ELF",
                                            "a program"},
                                           {"\x89PNG", "a picture"},
                                           {"\xFF\xD8\xFF", "a picture"},
                                           {"ARROW1", "an Arrow file"},
                                           {"PAR1", "a Parquet file"},
                                           {"SQLite format 3", "an SQLite database"},
                                           {"\xD0\xCF\x11\xE0", "an old Office document; save the sheet as CSV"}}};
  for (const auto& [magic, what] : kMagics) {
    if (bytes.starts_with(magic)) return what;
  }
  const auto first =
      std::find_if(bytes.begin(), bytes.end(), [](char c) { return c != ' ' && c != '\n' && c != '\r' && c != '\t'; });
  const std::string_view text = bytes.substr(static_cast<std::size_t>(first - bytes.begin()));
  if (text.starts_with("{\"") || text.starts_with("{\n") || text.starts_with("[{") || text.starts_with("[\n"))
    return "JSON";
  for (const auto* tag : {"<!doctype", "<html", "<?xml"}) {
    if (starts_without_case(text, tag)) return "HTML or XML";
  }
  return {};
}

tl::unexpected<Error> not_csv(std::string_view why) {
  return fail(ErrorKind::malformed, "the file is not CSV: " + std::string(why));
}

bool is_control(unsigned char c) {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v') || c == 0x7F;
}

// The length of the well-formed UTF-8 sequence of several bytes at `begin`, 0 when there is none. Overlong forms and
// surrogates may pass: this only tells two encodings apart.
std::size_t sequence_length(std::string_view bytes, std::size_t begin) {
  const auto lead = static_cast<unsigned char>(bytes[begin]);
  const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                                                           : 0;
  if (length == 0 || begin + length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(bytes[begin + i]) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// Mostly good UTF-8 with a broken byte somewhere. Returns the offset of the first broken byte, or npos for «not UTF-8 at all».
std::size_t broken_byte(std::string_view bytes) {
  std::size_t good = 0;
  std::size_t bad = 0;
  std::size_t first = std::string_view::npos;
  for (std::size_t i = 0; i < bytes.size();) {
    if (static_cast<unsigned char>(bytes[i]) < 0x80) {
      ++i;
      continue;
    }
    const std::size_t length = sequence_length(bytes, i);
    good += length > 0 ? 1 : 0;
    bad += length == 0 ? 1 : 0;
    if (length == 0 && first == std::string_view::npos) first = i;
    i += std::max<std::size_t>(length, 1);
  }
  return good > bad ? first : std::string_view::npos;
}

void append_utf8(std::string& out, std::uint16_t point) {
  if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
  } else {
    out += static_cast<char>(0xE0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
  }
  out += static_cast<char>(0x80 | (point & 0x3F));
}

}  // namespace

std::string_view name_of(Encoding encoding) noexcept {
  switch (encoding) {
    case Encoding::utf8: return "utf-8";
    case Encoding::utf8_with_bom: return "utf-8 with BOM";
    case Encoding::windows_1252: return "windows-1252";
  }
  return "";
}

Result<EncodedText> detect_encoding(std::string_view bytes) {
  if (const auto what = other_format(bytes); !what.empty()) return not_csv("it is " + std::string(what));
  if (bytes.find('\0') != std::string_view::npos) return not_csv("it holds NUL bytes");
  const auto controls =
      std::count_if(bytes.begin(), bytes.end(), [](char c) { return is_control(static_cast<unsigned char>(c)); });
  if (static_cast<std::size_t>(controls) * kBytesPerControl > bytes.size())
    return not_csv("it holds control characters, as binary files do");
  if (bytes.starts_with(kBom)) {
    const std::string_view text = bytes.substr(kBom.size());
    if (!simdjson::validate_utf8(text.data(), text.size()))
      return not_csv("it says it is UTF-8, and holds bytes that are not");
    return EncodedText{Encoding::utf8_with_bom, text};
  }
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) return EncodedText{Encoding::utf8, bytes};
  if (const std::size_t at = broken_byte(bytes); at != std::string_view::npos) {
    return not_csv("it is UTF-8 with a broken byte at offset " + std::to_string(at));
  }
  return EncodedText{Encoding::windows_1252, bytes};
}

std::string to_utf8(Encoding encoding, std::string_view text) {
  if (encoding != Encoding::windows_1252) return std::string(text);
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      append_utf8(out, byte < 0xA0 ? kWindows1252[byte - 0x80u] : byte);
    }
  }
  return out;
}

}  // namespace valion::csv
