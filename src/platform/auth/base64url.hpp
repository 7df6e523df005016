// base64url without padding (RFC 4648 section 5), strict: exactly one text stands for each sequence of bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace valion::auth {

[[nodiscard]] std::string to_base64url(std::string_view bytes);
// Nothing for padding, white space, characters of other alphabets, impossible lengths and non-zero spare bits.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace valion::auth
