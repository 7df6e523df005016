// A SHA-256 digest as a value: the name of every immutable artefact.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace valion {

// Invariant: 64 lower-case hexadecimal digits, or empty for «no artefact».
class Hash {
 public:
  Hash() = default;
  // Accepts exactly 64 lower-case hexadecimal digits; nothing else, so that a hash is always safe in a path.
  [[nodiscard]] static std::optional<Hash> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  friend bool operator==(const Hash&, const Hash&) = default;
  friend auto operator<=>(const Hash&, const Hash&) = default;

 private:
  explicit Hash(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace valion
