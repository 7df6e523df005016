// The character classes of HTTP/1.1 (RFC 9110 section 5, RFC 3986), and runs of them found sixteen bytes at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace valion::gateway {

namespace characters {

inline constexpr std::uint8_t kToken = 1;    // of names and methods
inline constexpr std::uint8_t kHex = 2;      // of chunk sizes and escapes
inline constexpr std::uint8_t kHost = 4;     // of a registered name or an IPv4 address
inline constexpr std::uint8_t kValue = 8;    // of a field's value: HT, SP, visible, obs-text
inline constexpr std::uint8_t kTarget = 16;  // of a request target: visible ASCII but `#`
inline constexpr std::uint8_t kPath = 32;    // of a path, also `|[]^` that browsers leave unescaped

constexpr std::array<std::uint8_t, 256> classes() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned c = 0; c < 256; ++c) {
    const bool digit = c >= '0' && c <= '9';
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool visible = c > 0x20 && c < 0x7F;
    std::uint8_t bits = 0;
    if (digit || letter || (visible && std::string_view("!#$%&'*+-.^_`|~").find(static_cast<char>(c)) < 15))
      bits |= kToken;
    if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHex;
    if (digit || letter || c == '-' || c == '.' || c == '_') bits |= kHost;
    if (c == '\t' || (c >= 0x20 && c != 0x7F)) bits |= kValue;
    if (visible && c != '#') bits |= kTarget;
    if (visible && std::string_view("\"#<>?\\`{}").find(static_cast<char>(c)) > 9) bits |= kPath;
    table[c] = bits;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = classes();

inline bool is(char c, std::uint8_t wanted) noexcept { return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0; }

inline const char* end_of(const char* at, const char* end, std::uint8_t wanted) noexcept {
  while (at != end && is(*at, wanted)) ++at;
  return at;
}

inline bool all(std::string_view text, std::uint8_t wanted) noexcept {
  return end_of(text.data(), text.data() + text.size(), wanted) == text.data() + text.size();
}

}  // namespace characters

inline bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

// Each gives the first byte of [at, end) outside its class, or `end`.

#if defined(__SSE2__)
namespace characters {
// `outside` gives 0xFF for each of 16 bytes that is not of the class.
template <class Outside>
inline const char* skip_blocks(const char* at, const char* end, Outside outside) noexcept {
  while (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const int mask = _mm_movemask_epi8(outside(block));
    if (mask != 0) return at + __builtin_ctz(static_cast<unsigned>(mask));
    at += 16;
  }
  return at;
}
}  // namespace characters

inline const char* end_of_value(const char* at, const char* end) noexcept {
  at = characters::skip_blocks(at, end, [](__m128i block) {
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, _mm_set1_epi8(0x1F)), block);
    const __m128i tab = _mm_cmpeq_epi8(block, _mm_set1_epi8('\t'));
    return _mm_or_si128(_mm_andnot_si128(tab, control), _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)));
  });
  return characters::end_of(at, end, characters::kValue);
}

inline const char* end_of_target(const char* at, const char* end) noexcept {
  at = characters::skip_blocks(at, end, [](__m128i block) {
    // Signed: bytes above 0x7F are below zero.
    const __m128i low = _mm_cmplt_epi8(block, _mm_set1_epi8(0x21));
    const __m128i mark = _mm_cmpeq_epi8(block, _mm_set1_epi8('#'));
    return _mm_or_si128(_mm_or_si128(low, mark), _mm_cmpeq_epi8(block, _mm_set1_epi8(0x7F)));
  });
  return characters::end_of(at, end, characters::kTarget);
}

// Blocks know letters, digits and `-` only; the other marks of tokens are rare and left to the table.
inline const char* end_of_token(const char* at, const char* end) noexcept {
  if (end - at >= 16) {
    const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const auto within = [](__m128i bytes, char first, char last) {
      const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(first));
      return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(static_cast<char>(last - first))), shifted);
    };
    const __m128i letter = within(_mm_or_si128(block, _mm_set1_epi8(0x20)), 'a', 'z');
    const __m128i good =
        _mm_or_si128(_mm_or_si128(letter, within(block, '0', '9')), _mm_cmpeq_epi8(block, _mm_set1_epi8('-')));
    const unsigned bad = ~static_cast<unsigned>(_mm_movemask_epi8(good)) & 0xFFFFu;
    at += bad == 0 ? 16 : __builtin_ctz(bad);
  }
  return characters::end_of(at, end, characters::kToken);
}
#else
inline const char* end_of_value(const char* at, const char* end) noexcept {
  return characters::end_of(at, end, characters::kValue);
}
inline const char* end_of_target(const char* at, const char* end) noexcept {
  return characters::end_of(at, end, characters::kTarget);
}
inline const char* end_of_token(const char* at, const char* end) noexcept {
  return characters::end_of(at, end, characters::kToken);
}
#endif

}  // namespace valion::gateway
