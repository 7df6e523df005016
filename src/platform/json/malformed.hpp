// Where and why a text is not JSON. simdjson only says that it is not; this reads the text again, slowly, for the message.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace valion::json {

inline constexpr std::size_t kDepthLimit = 64;  // arrays and objects within each other

struct Offence {
  std::size_t byte = 0;     // offset of the first byte that does not fit; the text's size when it ends too early
  std::string_view reason;  // «a value is expected»; a literal
};

// The first offence against RFC 8259, the depth limit, or the range of numbers; none when `text` is what Document::parse takes.
// One pass, without allocation but for long numbers.
[[nodiscard]] std::optional<Offence> first_offence(std::string_view text);

// «at line 3, column 5, a value is expected»; columns count characters.
[[nodiscard]] std::string describe(const Offence& offence, std::string_view text);

}  // namespace valion::json
