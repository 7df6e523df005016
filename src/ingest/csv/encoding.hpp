// In which characters a text file is written.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace valion::csv {

enum class Encoding { utf8, utf8_with_bom, windows_1252 };
[[nodiscard]] std::string_view name_of(Encoding encoding) noexcept;

struct EncodedText {
  Encoding encoding = Encoding::utf8;
  std::string_view text;  // without the byte-order mark
};

// malformed when the bytes are not text: NUL or many control characters, UTF-16, a known binary format, JSON or HTML; also
// UTF-8 with a broken byte, which as Windows-1252 would only look like text.
[[nodiscard]] Result<EncodedText> detect_encoding(std::string_view bytes);

// `text` in UTF-8. Windows-1252 by WHATWG's table, which leaves no byte undefined.
[[nodiscard]] std::string to_utf8(Encoding encoding, std::string_view text);

}  // namespace valion::csv
