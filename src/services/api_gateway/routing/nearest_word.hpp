// Which known word somebody may have meant.
#pragma once

#include <span>
#include <string_view>

namespace valion::gateway {

// The word with the smallest edit distance (Levenshtein), if that is at most a third of its length and 3; else empty. For short
// words: O(words × length²).
[[nodiscard]] std::string_view nearest_word(std::string_view text, std::span<const std::string_view> words);

}  // namespace valion::gateway
