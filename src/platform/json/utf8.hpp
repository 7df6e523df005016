// Well-formed UTF-8 (RFC 3629), one sequence at a time.
#pragma once

#include <cstddef>
#include <string_view>

namespace valion::json {

// Bytes of the well-formed sequence that `text` begins with, 1 to 4; 0 when it begins with none. `text` is not empty.
[[nodiscard]] std::size_t sequence_length(std::string_view text) noexcept;

}  // namespace valion::json
