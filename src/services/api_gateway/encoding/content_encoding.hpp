// Which encoding an answer gets: negotiated by Accept-Encoding (RFC 9110 section 12.5.3), and what that changes in its
// head.
//
// An answer is encoded only when that is safe and pays:
//   - its status has a body and is not 206, and it has no Content-Range; HEAD is decided like GET, so their heads
//     agree;
//   - it is not encoded already, and neither side said no-transform in Cache-Control;
//   - its type is text of some kind (is_compressible), and its length is unknown or at least kLeastLength.
// Of the encodings the client accepts the one with the highest q wins; brotli before gzip before identity among equals.
// `*` stands for gzip, which everybody reads: brotli must be named. Nothing said: identity. Nothing acceptable:
// identity too (no 406).
//
// What changes (RFC 9110 section 8.8.3.3: each encoding is a representation of its own): Content-Encoding is set,
// Content-Length and what else drops() names goes, a strong ETag gets a suffix (`"v1"` > `"v1~gzip"`), a weak one
// stays. On the way in the suffix is undone in If-None-Match and If-Match (for_upstream); an If-Range that names an
// encoded representation is dropped together with Range, since ranges are of the unencoded bytes. An answer that could
// be encoded, whatever this client accepts, needs `Vary: Accept-Encoding` (Choice::varies).
//
// BREACH: compressing secrets together with what an attacker chooses lets him guess the secrets by their length. Our
// answers hold secrets only where tokens and keys are made, and those carry `Cache-Control: no-store`; so answers with
// no-store or Set-Cookie are never encoded. What stays: a page of an upstream that mixes a secret of its own with
// reflected input. Such an upstream must say no-transform or no-store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "services/api_gateway/message/head.hpp"

namespace valion::gateway::encoding {

enum class Encoding { identity, gzip, brotli };
[[nodiscard]] std::string_view name_of(Encoding encoding) noexcept;  // `gzip`, `br`; empty for identity

inline constexpr std::uint64_t kLeastLength = 1'024;  // bytes: below, the head is most of the answer

struct Choice {
  Encoding encoding = Encoding::identity;
  bool varies = false;  // add `Vary: Accept-Encoding`
};

// `length`: of the body when known. No allocation.
[[nodiscard]] Choice choose(const Fields& request, const ResponseHead& response,
                            std::optional<std::uint64_t> length) noexcept;

// The parts of it:
// Of all Accept-Encoding lines; an element that is not well-formed counts for nothing.
[[nodiscard]] Encoding accepted(const Fields& request) noexcept;
[[nodiscard]] bool is_compressible(std::string_view content_type) noexcept;  // parameters and case do not matter

// Fields that an encoded answer must not keep: Content-Length, Accept-Ranges, and digests of other bytes.
[[nodiscard]] bool drops(std::string_view field_name) noexcept;

// `"v1"` > `"v1~gzip"`; weak tags and what is no entity-tag stay as they are.
[[nodiscard]] std::string tag_for(std::string_view etag, Encoding encoding);

// The value of If-None-Match or If-Match as the upstream knows its tags, our suffixes removed. Nothing: there are none,
// pass the value as it came (the common case, no allocation).
[[nodiscard]] std::optional<std::string> for_upstream(std::string_view tags);
// Whether an If-Range value names an encoded representation: drop the field, and Range with it.
[[nodiscard]] bool names_encoded(std::string_view etag) noexcept;
// The ETag of a 304 whose upstream says `etag`: that of the representation which the client has, by what it asked with.
[[nodiscard]] std::string tag_of_not_modified(std::string_view etag, std::string_view if_none_match);

}  // namespace valion::gateway::encoding
