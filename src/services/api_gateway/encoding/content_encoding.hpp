// Which encoding an answer gets: negotiated by Accept-Encoding (RFC 9110 section 12.5.3), and what that changes in its head.
//
// An answer is encoded only when that is safe and pays:
//   - it has a body, its status is neither 206 nor 304, the request was not HEAD with nothing to encode, and it has no
//     Content-Range;
//   - it is not encoded already, and neither side said no-transform in Cache-Control;
//   - its type is text of some kind (is_compressible) and its length is unknown or at least kLeastLength.
// Of the encodings the client accepts the one with the highest q wins; brotli before gzip before identity among equals, so a
// client that says nothing gets identity.
//
// What changes (RFC 9110 section 8.8.3.3: each encoding is a representation of its own): Content-Encoding is set, Content-Length,
// Content-MD5, Digest fields and Accept-Ranges go, a strong ETag gets a suffix: `"v1"` > `"v1-gzip"`, a weak one stays. On the way in
// the suffix is undone in If-None-Match and If-Match (for_upstream); If-Range with a suffixed tag is dropped, since
// ranges are of the unencoded bytes. Whenever an answer could be encoded, whatever this client accepts, it needs
// `Vary: Accept-Encoding` (Choice::varies).
//
// BREACH: compressing secrets together with what an attacker chooses lets him guess the secrets by their length. The
// gateway's answers hold no secret beside reflected input: tokens come from sign-in, refresh and API keys only, and those answers
// carry `Cache-Control: no-store`. So answers with `no-store` and with Set-Cookie are never encoded.
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

// `length`: of the body when known. Plain, no allocation.
[[nodiscard]] Choice choose(const RequestHead& request, const ResponseHead& response,
                            std::optional<std::uint64_t> length) noexcept;

// The parts of it:
// Of all Accept-Encoding lines; a line that is not well-formed counts as far as it is.
[[nodiscard]] Encoding accepted(const Fields& request) noexcept;
[[nodiscard]] bool is_compressible(std::string_view content_type) noexcept;  // parameters and case do not matter

// Fields of the answer that an encoded one must not carry (Content-Length, Accept-Ranges, Content-MD5, Content-Digest, Digest, ETag is changed).
[[nodiscard]] bool drops(std::string_view field_name) noexcept;

// `"v1"` > `"v1-gzip"`; weak tags and what is no entity-tag stay as they are.
[[nodiscard]] std::string tag_for(std::string_view etag, Encoding encoding);

// The value of If-None-Match or If-Match as the upstream knows its tags: suffixes of ours removed. Nothing: unchanged, pass the
// value as it came (the common case; no allocation).
[[nodiscard]] std::optional<std::string> for_upstream(std::string_view tag_list);
// Whether an If-Range value names an encoded representation: drop the field and Range with it.
[[nodiscard]] bool names_encoded(std::string_view etag) noexcept;

}  // namespace valion::gateway::encoding
