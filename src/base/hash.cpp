#include "base/hash.hpp"

#include <algorithm>

namespace valion {

std::optional<Hash> Hash::parse(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (text.size() != 64 || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
  return Hash(std::string(text));
}

}  // namespace valion
